"""Truth and how it travels: configuration, protocol core, database, sockets, the hub.

config/    lingsheng.toml as typed structs
log.py     one line format for every process
exits.py   exit codes and the error that means "this machine cannot run it"
private_file.py  files only their owner may read
core/      the protocol as pure functions
db/        the only home of SQLAlchemy
bus/       the only home of ZeroMQ
hub.py     the process that is the only writer of its city
hub_writer.py    its thread with the store; hub_people.py: its thread for passwords
hub_admin.py     enrolment and accounts; admin_cli.py: the same from the command line
"""
