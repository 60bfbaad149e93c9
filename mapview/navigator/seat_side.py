"""The seat's end of the navigator: every request gets exactly one answer, whatever becomes of the child.

While the child runs it answers; what it left behind when it died, and what is asked while it is away,
is answered here at once, as an estimate. Nothing waits for a restart.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mapview.navigator.away import answer_without_child
from mapview.navigator.messages import Answer, BadMessageError, Failed, Request, decode_reply, encode
from store.bus.child import Child, ChildPhase, ChildState

SILENCE_S_MAX: Final = 5.0
"""The child's longest answer takes a fraction of a second: silent for so long it hangs and is replaced."""

log = logging.getLogger(__name__)


class Navigator:
    """Starts and supervises the child; `ask` from any thread, answers by callback.

    `on_answer` is called on the child's thread, or on the asking one while the child is away;
    `on_state` on the child's thread. Neither may wait.
    """

    def __init__(
        self,
        city: Path,
        on_answer: Callable[[Answer], None],
        on_state: Callable[[ChildState], None] = lambda state: None,
    ) -> None:
        self._on_answer = on_answer
        self._on_state = on_state
        self._pending: dict[str, Request] = {}
        self._child = Child(
            "mapview.navigator",
            [str(city.absolute())],
            self._hear,
            self._enter,
            silence_s_max=SILENCE_S_MAX,
        )

    @property
    def state(self) -> ChildState:
        return self._child.state

    def start(self) -> None:
        self._child.start()

    def stop(self, deadline_s: float) -> None:
        """Ends the child; what is still unanswered is answered as an estimate."""
        self._child.stop(deadline_s)

    def ask(self, request: Request) -> None:
        """One answer with the request's id will come; ids must not repeat while one is unanswered."""
        # Noted before it is sent: a child that dies in between finds it among the unanswered ones.
        self._pending[request.request_id] = request
        if not self._child.send(encode(request)):
            self._answer_here(request.request_id)

    def _answer_here(self, request_id: str) -> None:
        request = self._pending.pop(request_id, None)
        if request is not None:
            self._on_answer(answer_without_child(request))

    def _hear(self, frame: bytes) -> None:
        try:
            reply = decode_reply(frame)
        except BadMessageError:
            log.exception("the navigator sent a frame that is no answer")
            return
        if isinstance(reply, Failed):
            log.error("the navigator could not answer: %s", reply.why)
            self._answer_here(reply.request_id)
        elif self._pending.pop(reply.request_id, None) is not None:
            self._on_answer(reply)

    def _enter(self, state: ChildState) -> None:
        if state.phase in {ChildPhase.WAITING, ChildPhase.STOPPED}:
            for request_id in list(self._pending):
                self._answer_here(request_id)
        self._on_state(state)
