"""A child for the tests: echoes, and misbehaves on demand."""

import os
import signal

from store.bus.pipe import open_child_end

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
        case _:
            pipe.send(b"echo " + message)
pipe.close()
