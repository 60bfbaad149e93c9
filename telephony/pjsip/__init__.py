"""The native library, owned by one thread of the phone process. Nothing else imports pjsua2.

engine.py          start, poll, deferred work, shutdown
switchboard.py     all lines and calls: orders in, facts out
door.py            who may ring
arrivals.py        every message before the library acts on it: no stranger comes further
received.py        a message as the library holds it: its text and true source
answers.py         what far ends answer, before the library reads it
connections.py     who may connect, how many at once, whom we cut off
listeners.py       the kernel's filter on the sockets that listen
overflow.py        messages over TCP that are too long for it
lines.py           the lines that are open
line.py            one account at its registrars
leg.py             one call, from birth to DISCONNECTED
mixer.py           where the calls stand, and that they sound and are held accordingly
bridge.py          the library's connections, made as the routing wants them
sounds.py          prompts, metronome, hold announcement
voice.py           what can be played: WAV, tone, ticks, silence
recorder.py        both directions of one call into two files
recordings.py      that every call has one
transfers.py       far ends we send elsewhere
supervision.py     supervisors who are with calls of this seat
supervising.py     the supervisor's own side
outgoing.py        calls that we place
codes.py           feature codes
publishing.py      the seat's state by PUBLISH
digits.py          key tones
options.py         codes and headers of an order
probe.py           test calls, and callers a calm seat turns away
configuration.py   our settings in the library's words
watch.py           quality and dead air of every call
headset_port.py    the operator's mouth and ear as a port of the bridge
echo.py            the library's echo canceller
capabilities.py    what this build can do
native.py          what only its C symbols offer
guard.py           exceptions in callbacks become facts
"""
