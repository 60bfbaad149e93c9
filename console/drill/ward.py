"""`python -m console.drill.ward WORDS`: runs what `python WORDS` runs, and ends it when standard input does.

A demo holds the other end of that pipe: it closes when the demo stops a process, and when the demo is killed.
Whoever is asked ends in order, as by SIGTERM; after END_S_MAX it is killed.
"""

import os
import runpy
import signal
import sys
import threading

END_S_MAX = 8.0


def main(words: list[str]) -> None:
    """Run a script, or `-m module`, in this process, as its main module."""
    threading.Thread(target=watch, args=(sys.stdin.fileno(),), name="ward", daemon=True).start()
    module = words[0] == "-m"
    sys.argv = words[1:] if module else words
    if module:
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(words[0], run_name="__main__")


def watch(fd: int, end_s_max: float = END_S_MAX) -> None:
    """Returns never: this process ends, in order or not. What stands in `fd` is nobody's."""
    while os.read(fd, 1):  # not by sys.stdin: its lock would stop an interpreter that ends
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(end_s_max)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
