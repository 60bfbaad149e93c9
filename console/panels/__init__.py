"""The parts of the seat window. Each shows rows of `console.models.rows` and calls acts; none decides.

widgets        small pieces: panel frame, title, choice row, key label
tick           a box to tick, seen on dark ground too
badge          the shape, sign and colour of a vehicle or a priority, painted
table          a list that keeps its selection and never moves a row under the pointer
calls          calls and queue
talks          the strip of live calls: place, who hears whom; `dial` the sheet that dials, `keypad` key tones
incidents      open and held incidents, longest waiting first
form           the intake form in hand
address        the address field with its suggestions
advice         the ranked vehicles and the order button
missions       the milestone line of each mission of the incident in hand
vehicles       all vehicles
records        calls of the incident with their recordings
archive        the search of recordings; `recall` the call one talks on; `archive_parts` holds both together
listening      picture, play, speed, markers of one recording; `waveform` paints it
player         plays a recording by a child process, or says why it cannot
news           latest changes and alarms
status         header with lamps and clock, notice strip, strip of keys
reserve        the shift leader's panel of reserve seats and activations
summons        what a reserve seat shows of itself; `reserve_parts` holds all of it together
sound          the sheet of headset and line; `meter` how loud something is
reason         the bar that asks for a reason
help           the overlay with every key and command
chart          the map with what the desk knows
"""
