"""What the strip has to say, the newest last: an answer to a key passes by itself, a duty stays."""

from collections import deque

from console.models.state import Notice, Topic

NOTICES_MAX = 20
ANSWER_MS = 20_000
"""So long an answer that leaves nothing to do is read; after that it may be true no more."""
HINT_MS = 60_000
"""So long one that says what would help, by no key of its own, is read."""


class Notices(deque[Notice]):
    """Belongs to a desk."""

    def __init__(self) -> None:
        super().__init__(maxlen=NOTICES_MAX)

    def behind(self, notice: Notice) -> None:
        """News nobody asked for: what is grave stays in sight before it."""
        if not any(one.grave for one in self):
            self.append(notice)
        elif len(self) < NOTICES_MAX:
            self.appendleft(notice)

    def fade(self, now: int) -> tuple[Topic, ...]:
        """Drop the answers that were read; what has to be drawn anew."""
        answers = [one for one in self if not (one.grave or one.verb)]
        old = [one for one in answers if now - one.at >= (HINT_MS if one.do else ANSWER_MS)]
        for one in old:
            self.remove(one)
        return (Topic.NOTICE,) if old else ()

    def cured(self, verb_id: str) -> tuple[Topic, ...]:
        """The act that was asked for is being done; what has to be drawn anew."""
        done = [one for one in self if one.verb == verb_id]
        for one in done:
            self.remove(one)
        return (Topic.NOTICE,) if done else ()
