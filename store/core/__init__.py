"""The protocol as pure functions: no sockets, no clock, no dice; shared by hub, seats and the simulator.

ids.py         where ids are minted (the one exception: it asks the system for them)
wire.py        versions, limits, epochs, rows and the typed decoding that every message stands on
messages.py    the words between hub and seat, wall or gateway, and all words as one union
site_messages.py     the words between sites; command_messages.py those about the command of a scope
hub_logic.py   the hub: messages, commits and time in; answers, publications and batches out
hub_followers.py  the hub's side of relays: parked questions, positions by budget, orders handed on
relay_logic.py the relay: its seats served from the copy, their orders handed on
following.py   the relay's side of its line to the hub; line.py: what the line carries
copied.py      rows of another journal folded onto a floor
decided.py     orders and refusals as they travel beside the rows
recent.py      last rows and newest snapshot in memory, at hub and relay
greeting.py    what hub and relay say alike: welcome, roster, log-in
outputs.py     what the logic of hub and relay takes in and gives out
giver.py       who gave a command, by key and token
batch.py       works in, journal rows and verdicts out; runs inside the store's transaction
sparing.py     what can wait while the disk is nearly full
journal.py     journal rows and their hash chain
hlc.py         hybrid logical clock
tokens.py      sealed session tokens
roster.py      enrolled machines, signed
seals.py       Ed25519 signatures
accounts.py    who may log in, as it travels between sites
seat_logic.py  the other end: replica + outbox + watch on the Tick
replica.py     snapshot, gap, tick and epoch rule
outbox.py      retry with the same id, order kept
snapshots.py   a floor as compressed parts
"""
