"""The parts of the seat window. Each shows rows of `console.models.rows` and calls acts; none decides.

widgets        small pieces: panel frame, title, choice row, key label
tick           a box to tick, seen on dark ground too
sheet          what every sheet over the panels shares: the keyboard stays on it
badge          the shape, sign and colour of a vehicle or a priority, painted
table          a list that keeps its selection and never moves a row under the pointer
calls          calls and queue
talks          the strip of live calls: place, who hears whom; `dial` the sheet that dials, `keypad` key tones
incidents      open and held incidents, longest waiting first
form           the intake form in hand
address        the address field with its suggestions
caller_place   the line of the form with where the network puts the caller; one key takes it
advice         the ranked vehicles and the order button
missions       the milestone line of each mission of the incident in hand
vehicles       all vehicles
lower          the pages below the form, one tab each: `missions`, `records`, and the next three
caller_data    everything the network said of the callers in hand
missed         callers nobody answered, to be rung back and settled
seats          every seat with its state and times; the last test of each
records        calls of the incident with their recordings
archive        the search of recordings; `recall` the call one talks on; `archive_parts` holds both together
listening      picture, play, speed, markers of one recording; `waveform` paints it
player         plays a recording by a child process, or says why it cannot
news           latest changes and alarms
status         header with lamps and clock, notice strip, strip of keys
state_sign     this seat's own state in that header
reserve        the shift leader's panel of reserve seats and activations
summons        what a reserve seat shows of itself; `reserve_parts` holds all of it together
sound          the sheet of headset and line; `meter` how loud something is
authorise      the sheet on which two people move command
conflicts      the desk that settles what two sites ordered while apart, and what an island recorded
reason         the bar that asks for a reason
command        the command line at the foot
help           the overlay with every key and command
chart          the map with what the desk knows
"""
