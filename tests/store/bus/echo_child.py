"""A child for the tests: echoes, and misbehaves on demand."""

import os
import signal

from store.bus.pipe import open_child_end

LAST_WORDS = 2000

pipe = open_child_end()
pipe.ready()
while (message := pipe.receive(None)) is not None:
    match message:
        case b"die":
            os._exit(7)
        case b"abort":
            os.abort()
        case b"hang":
            signal.pause()
        case b"last words":
            pipe.send(b"goodbye")
            break
        case b"many last words":
            for n in range(LAST_WORDS):
                pipe.send(b"%d" % n)
            break
        case _:
            pipe.send(b"echo " + message)
pipe.close()
