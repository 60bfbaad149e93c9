"""The trade of the 120 dispatcher as pure Python: words, decisions, no input or output.

Time and ids come in as arguments; nothing here opens a file, reads a clock or rolls a die.

    kinds       the code sets: call classes, milestones, vehicle states, reasons, roles
    words       the things: Call, Intake, Incident, Mission, Vehicle, Station, Hospital, Seat, Dispatcher
    changes     partial edits of an intake form, merged field by field
    commands    orders, as they come from a seat, a terminal or the hub itself
    events      what happened, past tense; the journal is made of these
    refusals    why an order was not carried out, and what to do
    moments     which clock is believed, which local day it is
    rights      which role may give which order; role_scopes: how far a role reaches
    administration  who changed machines and people: two of them, noted for ever
    order       a command with its giver, as the hub has proven it
    floor       the whole current state
    apply       the only function that changes a floor, by what has happened; apply_calls is its part
    telephone   the unions of what call_notes, distribution and whereabouts say
    distribution  the queue, callers nobody answered; decide_distribution; missed: who must be rung back, kept
                  with call_book: which calls belong together, live, ended last
    seat_times  how long a seat was in which state
    stages      the milestone table of a mission and the state table of a vehicle
    decide      order in, events or a refusal out; one handler a command (decide_*.py); decision: what one is
    sites       who commands what, and conflicts of sites that were apart
    call_notes  how well a call was heard, which supervisor was with it; decide_call_notes keeps them
    archive_notes  who listened to recordings, handed them out, deleted them
    points, shapes   a point; five shapes of a place and their outlines
    whereabouts what the network said of where a caller is; decide_whereabouts keeps it
    requests    between sites: incident offered, help asked for, bulletin; decide_requests decides them
    scopes      whose vehicle, whose incident; is it commanded elsewhere?
    decide_late, decide_conflicts   what another site accepted while it was apart, and settling it
    reserve, reserve_commands, reserve_events, reserve_changes   activations of reserve seats (平急转换)
    activation  what a reserve seat may, where it stands, who is missing
    drill_record  every time of an activation beside its target
    recommend   which vehicle, which hospital, and why
    hints       is this caller calling about something we already know?
    alarms      what is overdue
    figure      one quality figure; indicators_calls: calls, and what seats did with their time;
                indicators_located: questions where callers are
    indicators  quality figures, with the definition they were computed by
"""
