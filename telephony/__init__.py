"""The telephone of a seat. Native telephony never runs in the window's process: odd SIP can abort it.

phone.py              the seat's side: supervises the phone process, mirrors it, replays accounts
process.py            the phone process's loop (`python -m telephony.process`)
port.py               what the console may ask of a phone
virtual.py            a phone without telephony that keeps the same contract, for the console's tests
caller.py             people who really call 120 (`python -m telephony.caller`), for demo and tests
orders.py             what the seat orders of its phone process
facts.py              what the phone process tells the seat
call_facts.py         the part of it that is about calls
sound_facts.py        the part about quality and the headset
errors.py             what can go wrong
messages.py           both under one name, and their encoding
settings.py           engine, accounts, voices
from_config.py        the [phone] section of lingsheng.toml in the telephone's words
mirror.py             the phone's state folded from its facts (pure)
conversation.py       who talks with the operator and who waits (pure)
routing.py            who hears whom (pure)
monitoring.py         a supervisor's signed wish (pure)
publication.py        the seat's state as a presence document (pure)
strangers.py          calls from elsewhere, counted (pure)
trust.py              which addresses are the exchange's (pure)
sip_headers.py        who calls, from the raw INVITE (pure)
recording.py          two legs into one hashed stereo WAV, also after a crash (files only)
recording_closer.py   the thread that does it
speech.py             Chinese speech for callers, where espeak-ng is present
heartbeat.py          is the exchange alive? OPTIONS once a second
quality.py            loss, jitter, estimated MOS, dead air (pure)
operator_sound.py     the operator's sound in the phone process: bridge, rings, hook key
location/             where a caller is and what else comes with the call; look-ups
acd/                  who distributes the calls: the port, its adapters, our own hunt group
archive/              recordings: found again, handed out sealed, kept by rule, heard while they grow
vault/                the recordings of all seats in one mounted folder, by a process of its own
prompts/              recorded questions and announcements
headset/              devices, ring tones, tests: the one home of Qt's sound
pjsip/                the only place that imports pjsua2
"""
