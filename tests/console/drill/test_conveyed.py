"""What a drill's telephones say of their places is true as far as they say, and readable."""

from pathlib import Path

from console.drill.cases import TROUBLES
from console.drill.conveyed import PIDF_TYPE, conveyed, write_answers
from console.drill.script import Case
from dispatch.shapes import ArcBand, Circle, centre_of, distance_m, reach_m
from dispatch.whereabouts import Source, Way
from dispatch.words import Point
from telephony.location.additional import read_blocks
from telephony.location.pidf import read_pidf
from telephony.location.recorded_lookup import RecordedLookup

AT = Point(126.6177, 45.7732)
CASES = [
    Case(f"139{n:08d}", "王先生", "中央大街", "zydj", AT, TROUBLES[n % len(TROUBLES)]) for n in range(120)
]


def test_who_says_a_place_is_inside_it_and_some_say_none() -> None:
    kinds: dict[type | None, int] = {}
    for case in CASES:
        places = [one for one in conveyed(case, 1_795_264_200_000) if one.content_type == PIDF_TYPE]
        for one in places:
            (found,), refused = read_pidf(one.body.encode(), Source.BY_VALUE)
            assert refused == ()
            assert found.shape is not None
            reach = reach_m(found.shape)
            assert reach is not None
            assert distance_m(centre_of(found.shape), AT) <= reach * 1.01
            kinds[type(found.shape)] = kinds.get(type(found.shape), 0) + 1
        if not places:
            kinds[None] = kinds.get(None, 0) + 1
    assert set(kinds) == {Circle, ArcBand, None}
    assert min(kinds.values()) > len(CASES) / 6


def test_now_and_then_a_car_calls_for_itself() -> None:
    documents = [one for case in CASES for one in conveyed(case, 0) if one.content_type != PIDF_TYPE]
    assert documents
    blocks, refused = read_blocks(documents[0].body.encode(), "x")
    assert len(blocks) == 1
    assert refused == ()


def test_a_service_can_be_asked_about_every_caller(tmp_path: Path) -> None:
    write_answers(tmp_path / "answers.json", CASES)
    assert RecordedLookup(tmp_path / "answers.json").ways == {Way.OPERATOR, Way.SMS_LINK}
