"""What the network says of a caller: shown with its doubt, taken by one key, asked once, kept."""

import msgspec
import pytest

from console import i18n
from console.models import acts, whereabouts
from console.models.area_marks import area_marks
from console.models.caller_details import details_of, headline, is_grave, name_words, value_words
from console.models.map_marks import doubt_marks
from console.models.whereabouts_words import compared, doubt, summary, whole
from dispatch.kinds import HowPlaced
from dispatch.shapes import ArcBand, Circle, Ellipse, Polygon, Shape, Spot, moved
from dispatch.whereabouts import (
    DETAILS_MAX,
    CallerDetail,
    CallerPlace,
    ReportWhereabouts,
    Source,
)
from dispatch.words import Place, Point
from mapview.canvas.marks import AreaLook
from mapview.geo.datum import Datum, from_wgs84
from store.core.wire import BODY_BYTES_MAX
from telephony.location.additional import Comment, Device, Person, Service, Subscriber
from telephony.location.civic import CivicAddress
from telephony.location.found import Location, Reference
from telephony.location.invite import read_invite
from telephony.location.safe_xml import Unread, Why
from telephony.location.said import Fetched, WithCall
from telephony.location.veds import Airbag, CarSeat, Crash
from tests.console.busy import CENTRE
from tests.console.models.callers import at, called
from tests.telephony.location import documents as doc

CIVIC = CivicAddress((("A3", "道里区"), ("RD", "中央大街"), ("HNO", "128号")), "zh-CN")
SHAPES: tuple[tuple[Shape, str], ...] = (
    (Spot(CENTRE), "误差未知"),
    (Circle(CENTRE, 45.0), "±45 米"),
    (Ellipse(CENTRE, 1275.0, 670.0, 43.2), "±1.3 公里"),
    (ArcBand(CENTRE, 3594.0, 4148.0, 20.0, 20.0), "±751 米"),
    (Polygon((CENTRE, Point(126.65, 45.77), Point(126.65, 45.75))), "±"),
)


@pytest.mark.parametrize(("shape", "words"), SHAPES)
def test_every_shape_is_offered_with_its_doubt_and_kept_with_the_call(seat, shape, words):
    call_id = called(seat, at(seat, shape, confidence_percent=90.0))
    place = whereabouts.current(seat.desk)
    assert place is not None
    assert place.shape == shape
    assert doubt(place).startswith(words)
    assert seat.desk.floor.calls[call_id].places == (place,)
    (mark,) = area_marks(seat.desk)
    assert mark.look is AreaLook.OFFERED
    assert doubt(place) in mark.text
    assert len(mark.ring) == 1 or len(mark.ring) > 2


def test_nothing_enters_the_form_by_itself_and_one_key_takes_it(seat):
    called(seat, at(seat, Circle(CENTRE, 45.0), civic=CIVIC))
    assert not seat.desk.form().place.exists
    whereabouts.adopt(seat.desk)
    seat.pump()
    place = seat.desk.form().place
    assert (place.address, place.point, place.how) == ("道里区中央大街128号", CENTRE, HowPlaced.NETWORK)
    assert place.uncertainty_m == 45.0
    assert place.confirmed
    assert seat.desk.intake().form.place == place
    (mark,) = area_marks(seat.desk)
    assert mark.look is AreaLook.TAKEN
    assert mark.text.startswith("已采用")


def test_typed_words_stay_when_a_point_is_taken_and_a_point_without_words_stays_while_typing(seat):
    called(seat, at(seat, Circle(CENTRE, 900.0)))
    acts.type_address(seat.desk, "江边那栋楼")
    whereabouts.adopt(seat.desk)
    assert seat.desk.form().place.address == "江边那栋楼"
    assert seat.desk.form().place.point == CENTRE
    acts.type_address(seat.desk, "江边那栋楼 3 单元")
    assert seat.desk.form().place.point == CENTRE
    assert seat.desk.form().place.uncertainty_m == 900.0


def test_other_words_let_go_of_a_point_that_had_its_own(seat):
    called(seat, at(seat, Circle(CENTRE, 45.0), civic=CIVIC))
    whereabouts.adopt(seat.desk)
    acts.type_address(seat.desk, "不在那里，在江北")
    assert seat.desk.form().place.point is None


def test_an_address_without_a_point_fills_an_empty_field_only(seat):
    called(seat, at(seat, None, civic=CIVIC))
    acts.type_address(seat.desk, "江边")
    whereabouts.adopt(seat.desk)
    assert seat.desk.form().place.address == "江边"
    assert seat.desk.notices[-1].what == "已有地址，未改动"
    acts.type_address(seat.desk, "")
    whereabouts.adopt(seat.desk)
    assert seat.desk.form().place.address == "道里区中央大街128号"
    assert seat.desk.form().place.point is None


def test_a_point_near_a_street_gets_its_name_and_keeps_its_doubt(seat):
    called(seat, at(seat, Circle(CENTRE, 120.0)))
    whereabouts.adopt(seat.desk)
    seat.pump()
    place = seat.desk.form().place
    assert place.address.endswith("附近")
    assert (place.how, place.uncertainty_m) == (HowPlaced.NETWORK, 120.0)


def test_the_least_unsure_is_offered_first_and_the_others_by_a_key(seat):
    called(seat, at(seat, Circle(CENTRE, 900.0)), at(seat, Circle(CENTRE, 45.0)), at(seat, Spot(CENTRE)))
    seen = []
    for _ in range(4):
        place = whereabouts.current(seat.desk)
        assert place is not None
        seen.append(doubt(place))
        whereabouts.turn(seat.desk)
    assert seen == ["±45 米", "±900 米", "误差未知", "±45 米"]


def test_what_a_server_answers_comes_beside_it(seat):
    call_id = called(seat)
    reference = Reference("https://lis.example.cn/1", "location", 0)
    found = Location(Source.BY_REFERENCE, Circle(CENTRE, 30.0), method="GPS")
    seat.phone.location_server_answers(call_id, Fetched(reference, (found,), took_ms=900))
    seat.pump()
    place = whereabouts.current(seat.desk)
    assert place is not None
    assert "位置服务器" in summary(place, seat.clock.now)
    assert "时间未知" in summary(place, seat.clock.now)
    assert "按 95% 看待" in whole(place, seat.clock.now)


def test_a_server_that_fails_is_said(seat):
    call_id = called(seat)
    reference = Reference("https://lis.example.cn/1", "location", 0)
    refused = (Unread("https://lis.example.cn/1", Why.TIMED_OUT),)
    seat.phone.location_server_answers(call_id, Fetched(reference, refused=refused))
    seat.pump()
    assert seat.desk.notices[-1].what == "来电带有位置，但未能读取"
    (detail,) = whereabouts.details(seat.desk)
    assert name_words(detail) == "超时"


def test_another_datum_is_converted_and_an_unknown_one_is_not_drawn(seat):
    shifted = Point(*from_wgs84(CENTRE.lon, CENTRE.lat, Datum.GCJ02))
    called(
        seat,
        at(seat, Circle(shifted, 45.0), datum="gcj02"),
        at(seat, Circle(shifted, 10.0), datum="mars", civic=CIVIC),
    )
    first = whereabouts.current(seat.desk)
    assert first is not None
    assert first.point is not None
    assert first.point.lon == pytest.approx(CENTRE.lon, abs=1e-7)
    assert "gcj02" in whole(first, seat.clock.now)
    other = whereabouts.candidates(seat.desk)[1]
    assert other.shape is None
    assert other.address


def test_a_polygon_of_hundreds_of_corners_is_cut_for_the_journal(seat):
    ring = tuple(Point(126.6 + n / 10_000, 45.7 + (n % 7) / 1_000) for n in range(500))
    called(seat, at(seat, Polygon(ring)))
    place = whereabouts.current(seat.desk)
    assert place is not None
    assert isinstance(place.shape, Polygon)
    assert len(place.shape.ring) <= whereabouts.CORNERS_MAX


def test_with_nothing_in_hand_the_ringing_caller_is_shown_and_nothing_taken(seat):
    seat.phone.ring("13904510001", said=WithCall((at(seat, Circle(CENTRE, 45.0)),)))
    seat.pump()
    assert whereabouts.current(seat.desk) is not None
    whereabouts.adopt(seat.desk)
    assert seat.desk.notices[-1].what == "没有受理中的事件"


def test_an_incident_placed_by_the_network_keeps_its_doubt_on_every_map(seat):
    called(seat, at(seat, Circle(CENTRE, 450.0)))
    whereabouts.adopt(seat.desk)
    seat.desk.open_incident(seat.desk.hand.intake_id)
    seat.pump()
    (mark,) = doubt_marks(seat.desk.floor)
    assert len(mark.ring) > 30
    assert [one.id for one in area_marks(seat.desk)] == [whereabouts.current(seat.desk).id]
    seat.desk.take_in_hand()
    assert [one.id for one in area_marks(seat.desk)] == [mark.id]


# --- what else came --------------------------------------------------------------------------------


def test_a_crashed_car_is_said_at_once_and_marked(seat):
    said = read_invite(
        doc.invite(
            doc.part("application/EmergencyCallData.VEDS+xml", "v@x", doc.CRASH),
            doc.part("application/EmergencyCallData.SubscriberInfo+xml", "s@x", doc.SUBSCRIBER),
            headers="",
        )
    )
    call_id = seat.phone.ring("13904510001", said=said)
    seat.pump()
    notice = seat.desk.notices[-1]
    for words in ("车祸报警", "BYD", "2 人", "翻车", "气囊弹出 1/1", "高压电池"):
        assert words in notice.what
    assert notice.verb == "go_caller"
    kept = seat.desk.floor.calls[call_id]
    assert headline(kept.details) == notice.what
    assert "冠心病，服用阿司匹林" in {one.value for one in kept.details}
    (place,) = kept.places
    assert (place.method, place.uncertainty_m) == ("veds", None)


def test_every_block_becomes_pairs_in_both_languages():
    blocks = (
        Crash(fire=True, rolled_over=False, force_from_deg=90.0, airbags=(Airbag("front", True),), at_ms=0,
              occupants=1, seats=(CarSeat("1", True, False), CarSeat("2", None, None)), fuel="GASOLINE"),
        Subscriber(Person("张秀英", ("1",), ("a@b",), "经纬街", "1945", "F", ("zh",), ("冠心病",), ("子",))),
        Device("cellular", "Huawei", "Mate", (("IMEI", "3"),)),
        Service("home", ("wireless",), "Mobile"),
        Comment((("zh", "门口有狗"),)),
    )  # fmt: skip
    details = details_of(blocks, (Unread("cid:x", Why.NOT_XML, "line 1"),))
    for language in ("zh", "en"):
        i18n.use(language)
        assert all(name_words(one) and value_words(one) for one in details)
        assert all(name_words(one) != one.name or language == "en" for one in details)
    assert {one.name for one in details if is_grave(one)} == {"fire", "airbags", "unbelted"}
    sides = [value_words(one) for one in details if one.name == "force_from"]
    assert sides == ["right"]


def test_words_of_a_stranger_are_cut_and_never_told_twice():
    long = Comment((("zh", "x" * 5_000), ("zh", "x" * 5_000)))
    (detail,) = details_of((long,))
    assert len(detail.value) == 200
    assert headline((CallerDetail("crash", "vin", "1"),)) == "车祸报警：详情见来电资料"


def test_a_place_says_all_that_is_known_and_what_nobody_said():
    bare = CallerPlace("p", Source.SMS_LINK, 0, Spot(CENTRE), cited=False)
    assert summary(bare, 0) == "误差未知 · 方式未知 · 时间未知 · 短信定位 · 来电未指明"
    old = CallerPlace("p", Source.OPERATOR, 0, Circle(CENTRE, 5.0), measured_at=0, confidence_percent=67.6)
    assert summary(old, 86_400_000) == "±5 米 · 方式未知 · 可信 68% · 一天以前 · 运营商查询"


def test_a_crew_reads_how_sure_the_place_is(seat):
    called(seat, at(seat, Circle(CENTRE, 900.0)))
    whereabouts.adopt(seat.desk)
    assert acts.order_text(seat.desk, seat.desk.form()).startswith("网络定位 ±900 米")
    acts.type_address(seat.desk, "江边那栋楼")
    assert acts.order_text(seat.desk, seat.desk.form()).startswith("江边那栋楼（网络定位 ±900 米）")
    acts.choose_place(seat.desk, "中央大街 128 号", CENTRE, HowPlaced.SEARCH)
    assert acts.order_text(seat.desk, seat.desk.form()).startswith("中央大街 128 号；")


def test_the_most_a_stranger_can_say_fits_into_one_order(seat):
    ring = tuple(Point(126.6 + n / 10_000, 45.7 + (n % 7) / 1_000) for n in range(500))
    address = CivicAddress((("RD", "街" * 512),), "zh-CN")
    places = tuple(at(seat, Polygon(ring), civic=address, said_by="运" * 512) for _ in range(16))
    blocks = tuple(Comment(tuple(("zh", f"{b}-{n}" + "门" * 512) for n in range(12))) for b in range(16))
    call_id = called(seat, *places, blocks=blocks)
    kept = seat.desk.floor.calls[call_id]
    assert len(kept.details) == DETAILS_MAX
    order = ReportWhereabouts(call_id, kept.places, kept.details)
    assert len(msgspec.msgpack.encode(order)) < BODY_BYTES_MAX * 3 // 4


def test_an_address_elsewhere_than_the_caller_is_said():
    offered = CallerPlace("p", Source.BY_VALUE, 0, Circle(CENTRE, 450.0))
    near, far = moved(CENTRE, 400.0, 90.0), moved(CENTRE, 2_300.0, 90.0)
    assert compared(Place("x", near), offered) == ("与地址相符", False)
    assert compared(Place("x", far), offered) == ("距地址 2.3 公里！", True)
    assert compared(Place("x", moved(CENTRE, 600.0, 0.0)), offered) == ("距地址 600 米！", True)
    assert compared(Place("x"), offered) == ("", False)


def test_of_two_places_as_sure_the_one_with_an_address_is_offered(seat):
    call_id = called(seat, at(seat, Circle(CENTRE, 850.0), civic=CIVIC))
    reference = Reference("https://lis.example.cn/1", "location", 0)
    seat.pass_time(3_000)
    again = Fetched(reference, (Location(Source.BY_REFERENCE, Circle(CENTRE, 850.0)),))
    seat.phone.location_server_answers(call_id, again)
    seat.pump()
    assert len(whereabouts.candidates(seat.desk)) == 2
    assert whereabouts.current(seat.desk).address == "道里区中央大街128号"
