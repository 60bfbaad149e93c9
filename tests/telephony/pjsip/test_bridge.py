"""What is connected in the library's bridge, with ports that only write down what is asked of them."""

from telephony.pjsip.bridge import Bridge
from telephony.routing import Kind, Port

PROMPT, CALL = Port(Kind.PROMPT, "c1"), Port(Kind.CALL, "c1")


class Ends:
    """A port of the bridge."""

    def __init__(self, slot: int) -> None:
        self.slot = slot
        self.heard_by: set[int] = set()

    def getPortId(self) -> int:  # noqa: N802 - pjsua2's name
        return self.slot

    def startTransmit2(self, sink: "Ends", _parameter: object) -> None:  # noqa: N802 - as above
        self.heard_by.add(sink.slot)

    def stopTransmit(self, sink: "Ends") -> None:  # noqa: N802 - as above
        self.heard_by.remove(sink.slot)


def test_a_prompt_that_is_over_is_disconnected_although_it_lingers() -> None:
    bridge, prompt, call = Bridge(), Ends(1), Ends(2)
    ports = {PROMPT: prompt, CALL: call}
    bridge.make({(PROMPT, CALL): 1.0}, ports.get, ())
    assert prompt.heard_by == {2}
    del ports[PROMPT]
    bridge.make({}, ports.get, ())
    assert prompt.heard_by == set()


def test_the_next_prompt_takes_the_place_of_the_one_before() -> None:
    bridge, first, second, call = Bridge(), Ends(1), Ends(3), Ends(2)
    bridge.make({(PROMPT, CALL): 1.0}, {PROMPT: first, CALL: call}.get, ())
    bridge.make({(PROMPT, CALL): 1.0}, {PROMPT: second, CALL: call}.get, ())
    assert (first.heard_by, second.heard_by) == (set(), {2})


def test_what_went_with_its_call_is_left_alone() -> None:
    bridge, prompt, call = Bridge(), Ends(1), Ends(2)
    bridge.make({(PROMPT, CALL): 1.0}, {PROMPT: prompt, CALL: call}.get, ())
    bridge.make({}, {PROMPT: prompt}.get, ())
    assert prompt.heard_by == {2}, "the library took the connection with the call; its slot may be another's"
