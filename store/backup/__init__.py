"""Backups of the store that prove themselves, restores to a moment, and the drill of both.

records.py      what is kept of every backup and every drill; what is too old
sqlite_kind.py  one file: copied by SQLite itself while the hub runs
server_kind.py  PostgreSQL: a base backup and the archive of its log, started again on a private socket
doing.py        backup, restore, drill: the order of the steps, the same for both kinds
"""
