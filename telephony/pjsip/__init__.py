"""The native library, owned by one thread of the phone process. Nothing else imports pjsua2.

engine.py          start, poll, deferred work, shutdown
switchboard.py     all lines and calls: orders in, facts out
line.py            one account
leg.py             one call, from birth to DISCONNECTED
probe.py            test calls, and callers a calm seat turns away
recorder.py        both directions of one call into two files
voice.py           what an end says: WAV, tone, silence
configuration.py   our settings in the library's words
capabilities.py    what this build can do
guard.py           exceptions in callbacks become facts
"""
