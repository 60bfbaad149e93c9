"""The windows: the only package, with mapview.canvas, that knows Qt.

doctor/    `main.py doctor`: checks of this machine, runs without Qt too
ports         what the window needs from outside, and the messages it is told
seat          `main.py seat`: all parts of one seat, started and stopped in order
hub_seat      the hub over the bus link; `local` is one inside the process, for tests and pictures
pathfinder    the navigator's child process behind its port
bridge        where other threads meet the window: one queue, one timer
window        the seat window; panels/ are its parts, models/ what they show (no Qt)
verb          one act; `verbs` all of them, for keys, command line, tooltips and help; verbs_* are parts of it
record        an activation of reserve seats as HTML, PDF and CSV; `report_cli` is `main.py report`
figures       the quality figures of a day, as files
record_pdf    their pages as PDF, in a process of its own
headset_file  the sound devices chosen at this machine
sound         the sound of an activation, a family of its own
archivist     the archive of recordings, on threads of its own; `recordings_cli` is `main.py recordings`
jobs          such a thread
bell          sounds what `models/bells` wants
speaker       plays sounds by a child process, `speaker_process`
doing         does the verbs, doing_* those of one subject, doing_on what all work on; `shortcuts` hears
              their keys; `over` lies above
login         who sits here, and the second person; `lock` locks a desk nobody touches
enrolment     the window of a seat that is not enrolled yet
layouts       the shares of the window's parts, each dispatcher's own
city_map      the city file as the windows use it
paper         the printer's side of the paper sheet
opening       a window comes up whole on its screen
ending        a window asked to end by a signal ends in order
theme         colours, type and sizes; `i18n` and `english` the two languages, english_* of one subject;
              `names` the object names
selftest      refuses a Qt binding that loses references
"""
