"""Says the seat's state to the exchange by PUBLISH (RFC 3903); `telephony.publication` knows what is due."""

import time
from collections.abc import Callable

import pjsua2 as pj

from telephony.messages import AnyEvent, NotePublished
from telephony.pjsip.line import Line, Registration
from telephony.pjsip.options import header
from telephony.publication import Publication, Publish, document
from telephony.sip_headers import SipRequest

METHOD = "PUBLISH"
PIDF = "application/pidf+xml"
NO_ANSWER = 408


class Publishing:
    """The first line's. Lives on the library's one thread."""

    def __init__(self, tell: Callable[[AnyEvent], None]) -> None:
        self._tell = tell
        self._publication = Publication()
        self._at: Registration | None = None

    def want(self, note: str) -> None:
        """From now on, at once when the line is registered."""
        self._publication.want(note, time.monotonic())

    def turn(self, line: Line | None) -> None:
        if line is None or not self._publication.note or not line.serves:
            return
        if line.account is not self._at:  # another registrar serves now, and knows nothing of us
            self._at, note = line.account, self._publication.note
            self._publication = Publication()
            self._publication.want(note, time.monotonic())
        publish = self._publication.due(time.monotonic())
        if publish is not None:
            self._send(line, publish)

    def _send(self, line: Line, publish: Publish) -> None:
        uri = line.uri_of(line.settings.user)
        request = pj.SendRequestParam()
        request.method = METHOD
        request.txOption.targetUri = uri
        for name, value in publish.headers:
            request.txOption.headers.append(header(name, value))
        if not publish.renews:
            request.txOption.contentType = PIDF
            request.txOption.msgBody = document(publish.note, line.settings.id_uri)
        registration, publication = line.account, self._publication

        def answered(code: int, answer: SipRequest) -> None:
            """Inside a callback: the next request goes out by the next turn."""
            settings = line.settings
            if publication.challenge(code, answer, settings.user, settings.password, uri):
                return
            if publication.answered(code or NO_ANSWER, answer, time.monotonic()):
                self._tell(NotePublished(publish.note, code or NO_ANSWER))

        registration.on_answer = answered
        try:
            registration.sendRequest(request)
        except pj.Error as error:
            answered(0, SipRequest(str(error.reason), ()))
