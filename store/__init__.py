"""Truth and how it travels: configuration, protocol core, database, sockets, the hub.

config/    lingsheng.toml as typed structs
log.py     one line format for every process
exits.py   exit codes and the error that means "this machine cannot run it"
private_file.py  files only their owner may read
core/      the protocol as pure functions
db/        the only home of SQLAlchemy
bus/       the only home of ZeroMQ
hub.py     the process that is the only writer of its city
relay.py   the process of a district: follows a hub, serves its site from a copy
serving.py what the loops of both do alike
hub_writer.py    its thread with the store; hub_people.py: its thread for passwords
hub_reader.py    its thread that reads the journal for relays far behind
hub_office.py    its thread for enrolment, notes of administration and signed ends of the journal
hub_admin.py     enrolment and accounts of one desk; administration.py: the same by two people, noted
admin_cli.py, enrol_cli.py, audit_cli.py   the command line
standby.py       the second hub of a site listens for the first
commit_watch.py  what commits wait for; carries out an island, tells the journal of it
site_store.py    with which database a site leads or follows after a takeover
site_standby.py  how far the standby of this building is
cluster.py       island, promotion; old_leader.py: its return; patroni.py: the interface of Patroni
backup/    backups that prove themselves, restores, drills; store_cli.py: main.py store
deploy/    the kit of a city and the checks of its machines: main.py deploy
audit.py   proves a store; head_file.py: its signed ends; disk.py, disk_cli.py: its room, the ballast
"""
