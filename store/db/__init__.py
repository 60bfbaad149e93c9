"""The only home of SQLAlchemy: SQLite and PostgreSQL through the same code.

tables.py      every table; the truth is `journal`
migrate.py     brings a database to the newest revision (migrations/)
engine.py      connections and their rules
store.py       the write path of the hub: claim, load, one transaction for up to 64 commands
copy.py        the store of a follower: another site's journal and the state it makes
base.py        where such a copy begins
journal_reader.py  rows for a follower that is far behind
authority.py   who commands: the row that fences
rows.py        facts as rows and back
history.py     one row per call, incident, mission for reports
server.py      questions to the server itself: who confirms, promotion, rights
verify.py      proof of a store without touching it
rebuild.py     state and history made anew from the proven journal
rewind.py      back to the last row two sites share; what came after is set aside
audit_reader.py  journal and verdicts in order, for the audit
refusals.py    the chain of refusals
activations.py activations of reserve seats, also those off the floor
day.py         a whole day, also what left the floor: for figures
track.py       thinned positions
accounts.py    staff numbers and password hashes
invitations.py machines on their way into the roster
office.py      what administrators left for the hub
short.py       one transaction beside the writer
errors.py      the error tree
"""
