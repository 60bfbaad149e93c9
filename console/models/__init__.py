"""What the window shows and does, without Qt.

ages       clock times and ages as people read them
labels     the words of every code of the trade, in both languages
refused    every refusal in words: what happened, what to do
line       the calls of this seat's telephone, as far as the hub does not know them yet
following  what follows on the desk from what happened
forms      what is being typed: overlay on the floor, autosave, conflicts, the copy that survives a crash
island     when this centre was an island; `island_rows` what is looked through afterwards
modes      the modes a site can be in: one table of words, colours and shapes for seats and walls
commanding who commands which scope, and what is away from its home; `evidence` what is known of the holder
authorising  two people move the command of a scope, one act at a time
conflict_rows  what two sites ordered while apart, side by side; `command_words` orders and rules by name
keeping    the crash copy on disk, written by its own thread
unsigned   what is ordered while nobody is logged in, and why that is safe
spoken     vehicles sent by voice while no hub decides, recorded afterwards
paper      the sheet of an incident for the printer; `paper_caller` what the network said of its caller
verdicts   what becomes of an order: carried out, refused, or not known
readiness  a reserve seat looks after itself: shows its order, checks, serves, leaves
checks     the items of that check: what was found, what cures it
sounding   headset, levels, the seat's line, the tests before a shift; `sound_lamps` lamps and alarms of it
bells      what the window itself must sound, and that nothing interrupts speech
reserve    reserve seats and activations as rows, lamps and clocks
requests   what one site asks of another; `acts_requests`, `latest_requests` hands and lines; `site_lamps`
acts_reserve  what hands do about them; `reserve_words`, `latest_reserve` their words and lines
people     who sits at the desk: sitting down, a log-in that ran out
distribution  the seat's state, the queue, who gave up; acts_seat, queue_rows, seat_rows, missed_rows show it
distribution_words, queue_words  the words of its codes, and of why a seat pauses
shift_tests  the last test of each seat, for whoever leads the shift
state      the small words of a desk: topics, person, hand, notices
desk       what this seat is doing; takes every message, gives every order
acts       the dispatcher's acts on a desk: answer, type, order, milestone …
reasons    the acts that need a reason: hold, close, stop, suspend …
confirming the order a second person confirms, in words
asking     the question such an act puts to the reason bar
advice     the ranked vehicles and hospitals with times
travelling times to the place in hand and which vehicle stands on the order button
navigated  takes in what the navigator says: suggestions, times, ways, names of points; and positions
rows       what the lists of incidents and vehicles show, call_rows that of calls
talks      the strip of live calls: place, who hears whom, what is wrong; phone_words, phone_reasons its words
talk_words  the number inside a SIP or tel address
acts_calls, supervising, dropped, directory   several calls, the supervisor, lost callers, whom to dial
supervised_news                               what the supervised seat does to a supervision of ours
spelling   how names of the directory are read
whereabouts  where the network puts the callers; `whereabouts_words` how it was measured and how sure it is
caller_details  what else came with a call: subscriber, crash and the like, as pairs; and their words
look_ups   asking the network about a caller: where they are, whose line it is, a link by SMS
call_news  what the telephone's facts mean for whoever sits here
labelling  what the archive is told of this seat's recordings
archive    the search of recordings; `handing_out` an export, noted in the journal first
record_rows  the calls of the incident in hand with their recordings; `quality_words` how well each was heard
prompting  what callers hear from a machine
alarm_rows what the list of alarms and the strip show
linked     the way to the hub changed
hub_alarms what the hub says is wrong with itself; `hub_alarm_words` its sentences
phone_faults  a telephone that keeps dying, strangers who call it, a caller who found no room
mission_rows  the milestone lines
map_marks, area_marks   what the floor looks like on a map; where callers are said to be
commandline  what a line typed after / means
latest     one line for every event worth announcing
latest_calls, latest_distribution  such lines about calls; about states of seats and missed calls
lamps      the lamps and banners of the status line
"""
