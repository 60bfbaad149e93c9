"""`main.py doctor`: is this machine fit to take calls, and if not, what to do.

finding.py  what one check says, in two languages
machine.py  Python, clock, disk, log
screen.py   Qt, its self-test, fonts, display
phone.py    PJSIP in a child process, the SIP port
telephone.py what the telephone can do and lacks, both exchanges, headset, hook key
distribution.py the adapter of the exchange, whom the telephone believes, what a supervisor needs
site.py     hub, store, keys, city, gateway port
recordings.py recordings and prompts
hub_clock.py this machine's clock beside the hub's
report.py   the table of all checks; prints one line for each

Anything that could abort or hang is tried in a child process: a doctor does not catch what the patient has.
"""

from console.doctor.report import run

__all__ = ["run"]
