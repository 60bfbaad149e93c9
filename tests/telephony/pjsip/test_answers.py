"""Which call an answer is of, read from what lies before it in the library's memory."""

import pytest

from telephony.pjsip.answers import call_id_of

SPACES = b" " * 3900
"""About as many as a message has room for: a search that goes back for each took minutes."""


@pytest.mark.parametrize(
    ("head", "call_id"),
    [
        (b"\0noise\r\nCall-ID: one@x\r\nCSeq: 1 INVITE\r\n", b"one@x"),
        (b"\r\nCall-ID: before\r\n\r\nSIP/2.0 200 OK\r\ni :own \t\r\n", b"own"),
        (b"\r\nCall-ID:\r\n folded\r\n", b"folded"),
        (b"\rcall-id: alone\rCSeq: 1 INVITE\r", b"alone"),
        (b"\r\nX-Call-ID: other\r\n", b""),
        (b"\r\ni:" + SPACES + b"\rX\r\n", b""),
        (b"\r\ni" + SPACES + b"\rX\r\n", b""),
    ],
)
def test_the_call_id_before_an_answer(head: bytes, call_id: bytes) -> None:
    assert call_id_of(head) == call_id
