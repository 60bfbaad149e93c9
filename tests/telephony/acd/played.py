"""A server that plays a transcript: what it says (S:) and what it must hear (C:), in order, on real TCP.

The transcripts are written by hand after the public documentation of each protocol; they are no recordings of
a real exchange. A line `C~` is a regular expression. `S:`/`C:` lines of one block end with an empty line.
"""

import re
import socket
import threading
from pathlib import Path

WAIT_S = 5.0


def blocks(path: Path, ending: str) -> list[tuple[str, str]]:
    """("S" or "C", the block's text with its line ends), comments and blank separators left out."""
    found: list[tuple[str, str]] = []
    for block in re.split(r"\n\s*\n", path.read_text("utf-8")):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            text = "".join(line[3:] + ending for line in lines)
            found.append((lines[0][0], text))
    return found


class Played:
    """Serves one connection; `wrong` says what was heard instead, None when all went as written."""

    def __init__(self, path: Path, ending: str, tail: str) -> None:
        self._blocks, self._tail = blocks(path, ending), tail
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.wrong: str | None = None
        self.done = threading.Event()
        self.go_on = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        link, _ = self._server.accept()
        self._heard = b""
        with link:
            link.settimeout(WAIT_S)
            try:
                for who, text in self._blocks:
                    if who == "S":
                        link.sendall((text + self._tail).encode())
                    else:
                        self._expect(link, text + self._tail)
            except (OSError, AssertionError) as error:
                self.wrong = repr(error)
            self.done.set()
            self.go_on.wait(WAIT_S)

    def _expect(self, link: socket.socket, pattern: str) -> None:
        """Hear one block; its text is a regular expression."""
        whole = b"\r\n\r\n" if self._tail == "\r\n" else b"\n\n"
        while whole not in self._heard:
            octets = link.recv(65_536)
            assert octets, f"closed instead of {pattern!r}"
            self._heard += octets
        head, _, self._heard = self._heard.partition(whole)
        heard = (head + whole).decode()
        assert re.fullmatch(pattern, heard), f"{heard!r} instead of {pattern!r}"

    def close(self) -> None:
        self.go_on.set()
        self._thread.join()
        self._server.close()
