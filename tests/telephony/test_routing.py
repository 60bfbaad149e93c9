"""Who hears whom, and who must not, for any calls and supervisors there can be."""

from hypothesis import given
from hypothesis import strategies as st

from telephony.conversation import CallPlace
from telephony.monitoring import MonitorMode
from telephony.routing import EAR, MOUTH, CallAudio, Kind, MonitorAudio, Port, Wiring, wiring

TALK, HELD, ASIDE, TAKEN = CallPlace.TALK, CallPlace.HELD, CallPlace.ASIDE, CallPlace.TAKEN


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[CallAudio], list[MonitorAudio]]:
    ids = draw(st.lists(st.sampled_from("abcd"), unique=True))
    calls = [
        CallAudio(
            i, draw(st.sampled_from(CallPlace)), draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
        )
        for i in ids
    ]
    modes = st.sampled_from([m for m in MonitorMode if m is not MonitorMode.RELEASE])
    targets = st.sampled_from("abcd")
    monitors = [MonitorAudio(m, draw(targets), draw(modes)) for m in draw(st.sampled_from(["", "s", "st"]))]
    return calls, monitors


def heard_by(wired: Wiring, sink: Port) -> set[Port]:
    return {source for source, s in wired if s == sink}


def call(call_id: str) -> Port:
    return Port(Kind.CALL, call_id)


@given(scenes())
def test_a_held_caller_hears_the_announcement_and_nothing_else(
    scene: tuple[list[CallAudio], list[MonitorAudio]],
) -> None:
    wired = wiring(*scene)
    for c in scene[0]:
        if c.place is HELD and c.answered:
            assert heard_by(wired, call(c.call_id)) == {Port(Kind.HOLD, c.call_id)}
            listeners = {sink for source, sink in wired if source == call(c.call_id)}
            assert listeners == {Port(Kind.FAR, c.call_id)}, "only the recording hears who waits"


@given(scenes())
def test_a_listening_supervisor_is_heard_by_nobody(
    scene: tuple[list[CallAudio], list[MonitorAudio]],
) -> None:
    wired = wiring(*scene)
    for monitor in scene[1]:
        heard_at = {sink for source, sink in wired if source == call(monitor.monitor_id)}
        if monitor.mode is MonitorMode.LISTEN:
            assert not heard_at
        if monitor.mode is MonitorMode.WHISPER:
            callers = {call(c.call_id) for c in scene[0]}
            assert not heard_at & callers, "a caller never hears a whisper"


@given(scenes())
def test_callers_hear_each_other_only_in_one_conversation(
    scene: tuple[list[CallAudio], list[MonitorAudio]],
) -> None:
    wired = wiring(*scene)
    places = {c.call_id: c.place for c in scene[0] if c.answered}
    for source, sink in wired:
        if source.kind is sink.kind is Kind.CALL and {source.call_id, sink.call_id} <= set(places):
            assert places[source.call_id] is places[sink.call_id]
            assert places[source.call_id] in {TALK, ASIDE, TAKEN}


@given(scenes())
def test_the_operator_is_in_one_conversation_only(
    scene: tuple[list[CallAudio], list[MonitorAudio]],
) -> None:
    wired = wiring(*scene)
    talking = {c.call_id for c in scene[0] if c.place is TALK}
    supervisors = {m.monitor_id for m in scene[1]}
    hear_him = {sink.call_id for source, sink in wired if source == MOUTH}
    heard = {source.call_id for source, sink in wired if sink == EAR}
    assert hear_him <= talking | supervisors
    assert heard <= talking | supervisors
    assert {c.call_id for c in scene[0] if c.place is TALK and c.answered} <= hear_him & heard


@given(scenes())
def test_nobody_hears_himself_and_sounds_stay_with_their_call(
    scene: tuple[list[CallAudio], list[MonitorAudio]],
) -> None:
    for source, sink in wiring(*scene):
        assert source != sink
        if source.kind in {Kind.PROMPT, Kind.METRONOME, Kind.HOLD, Kind.VOICE}:
            assert sink == EAR or sink.call_id == source.call_id
        if sink.kind in {Kind.FAR, Kind.NEAR}:
            assert sink.call_id in {c.call_id for c in scene[0]}, (
                "a supervisor's leg is not recorded by itself"
            )


@given(scenes())
def test_the_recording_has_all_that_caller_and_operator_hear(
    scene: tuple[list[CallAudio], list[MonitorAudio]],
) -> None:
    wired = wiring(*scene)
    for c in scene[0]:
        recorded = heard_by(wired, Port(Kind.FAR, c.call_id)) | heard_by(wired, Port(Kind.NEAR, c.call_id))
        if c.answered:
            assert heard_by(wired, call(c.call_id)) | {call(c.call_id)} <= recorded
        if c.answered and c.place is TALK:
            sounds = {p for p in heard_by(wired, EAR) if p.kind in {Kind.PROMPT, Kind.METRONOME}}
            ringing = {call(r.call_id) for r in scene[0] if not r.answered}  # on their own recordings
            assert heard_by(wired, EAR) - sounds - ringing <= recorded


def test_a_metronome_is_lower_for_the_operator() -> None:
    wired = wiring([CallAudio("a", TALK, metronome=True, prompt=True)])
    for kind in (Kind.METRONOME, Kind.PROMPT):
        sound = Port(kind, "a")
        assert 0 < wired[sound, EAR] < wired[sound, call("a")] == 1.0


def test_early_media_is_heard_and_does_not_hear_us() -> None:
    wired = wiring([CallAudio("a", TALK, answered=False)])
    assert set(wired) == {(call("a"), EAR), (call("a"), Port(Kind.FAR, "a"))}
