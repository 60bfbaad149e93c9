"""Where a caller is, in the window: a line of the form, a page, an area on the map; by keys alone."""

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea

from console import i18n
from console.models import whereabouts
from console.panels.caller_data import CallerData
from dispatch.shapes import Circle, Ellipse, Spot
from dispatch.whereabouts import Source
from mapview.canvas.canvas import MapCanvas
from telephony.location.civic import CivicAddress
from telephony.location.found import Location, Reference
from telephony.location.invite import read_invite
from telephony.location.said import Fetched, WithCall
from tests.console.busy import CENTRE
from tests.console.clipping import clipped
from tests.telephony.location import documents as doc

Key, Held = Qt.Key, Qt.KeyboardModifier
CIVIC = CivicAddress((("A3", "道里区"), ("RD", "中央大街"), ("HNO", "128号")), "zh-CN")
FRAME_MS_MAX = 50  # what the window's thread may cost anybody
LOAD_FACTOR = 4  # of a machine that does other things meanwhile


def crashed() -> WithCall:
    """Everything that can come with a call at once."""
    parts = {"VEDS": doc.CRASH, "SubscriberInfo": doc.SUBSCRIBER, "DeviceInfo": doc.DEVICE}
    parts |= {"ProviderInfo": doc.PROVIDER, "ServiceInfo": doc.SERVICE, "Comment": doc.COMMENT}
    pieces = [
        doc.part(f"application/EmergencyCallData.{name}+xml", f"{name}@x", body)
        for name, body in parts.items()
    ]
    return read_invite(doc.invite(*pieces, headers=""))


def fetched(*locations: Location) -> Fetched:
    return Fetched(Reference("https://lis.example.cn/1", "location", 0), locations)


def ring(shown, *places, said=None):
    call_id = shown.seat.phone.ring("13904510001", said=said or WithCall(places))
    shown.settle()
    return call_id


def page(shown) -> CallerData:
    found = shown.find("caller")
    assert isinstance(found, CallerData)
    return found


def words(area: QScrollArea) -> str:
    return "\n".join(label.text() for label in area.findChildren(QLabel))


def test_a_ringing_caller_is_on_the_map_and_one_key_takes_the_place(show, seat):
    shown = show(seat)
    ring(shown, Location(Source.BY_VALUE, Ellipse(CENTRE, 420.0, 180.0, 43.2), CIVIC, 90.0, "A-GPS"))
    assert "±420 米 · A-GPS · 可信 90%" in shown.text("form.location")
    assert not shown.find("form.location.take").isVisible()
    shown.key(Key.Key_F3)
    assert shown.find("form.location.take").isVisible()
    shown.key(Key.Key_I, Held.ControlModifier)
    assert shown.text("form.place") == "道里区中央大街128号"
    assert shown.text("form.location").startswith("✓")
    assert not shown.find("form.location.take").isVisible()
    assert whereabouts.is_taken(seat.desk.form().place, whereabouts.current(seat.desk))


def test_a_location_that_comes_late_moves_nothing_and_keeps_the_keyboard(show, seat):
    shown = show(seat)
    call_id = ring(shown)
    shown.key(Key.Key_F3)
    shown.type("道")
    before = {name: shown.find(name).geometry() for name in ("form.place", "form.remark", "form.location")}
    seat.phone.location_server_answers(call_id, fetched(Location(Source.BY_REFERENCE, Circle(CENTRE, 30.0))))
    shown.settle()
    assert shown.text("form.place") == "道"
    assert shown.window.focusWidget() is shown.find("form.place")
    assert {name: shown.find(name).geometry() for name in before} == before
    assert "±30 米" in shown.text("form.location")


def test_several_places_are_turned_through_by_a_key(show, seat):
    shown = show(seat)
    ring(shown, Location(Source.BY_VALUE, Spot(CENTRE)), Location(Source.BY_VALUE, Circle(CENTRE, 50.0)))
    shown.key(Key.Key_F3)
    assert "1/2" in shown.text("form.location.side")
    assert "±50 米" in shown.text("form.location")
    shown.key(Key.Key_N, Held.ControlModifier | Held.ShiftModifier)
    assert "误差未知" in shown.text("form.location")
    canvas = shown.find("map")
    assert isinstance(canvas, MapCanvas)
    assert {len(mark.ring) for mark in canvas._scene.areas} == {1, 72}


def test_a_crash_is_said_on_the_strip_in_the_form_and_on_its_page(show, seat):
    shown = show(seat)
    ring(shown, said=crashed())
    shown.key(Key.Key_F3)
    assert shown.find("form.crash").isVisible()
    assert "车祸报警" in seat.desk.notices[-1].what
    shown.key(Key.Key_I, Held.AltModifier)
    assert page(shown).isVisible()
    said = words(page(shown))
    for part in (
        "‼ 翻车",
        "气囊弹出",
        "1/1",
        "张秀英",
        "冠心病，服用阿司匹林",
        "Mate 60",
        "中国移动黑龙江公司",
    ):
        assert part in said


def test_a_call_without_anything_says_so_and_the_crash_goes_with_its_call(show, seat):
    shown = show(seat)
    ring(shown, said=crashed())
    shown.key(Key.Key_F3)
    shown.key(Key.Key_F2)
    assert not shown.find("form.crash").isVisible()
    assert shown.text("form.location") == ""
    shown.key(Key.Key_I, Held.AltModifier)
    assert "Ctrl+Q 查定位" in words(page(shown))


def test_in_both_languages_nothing_is_clipped(show, seat):
    for language in ("zh", "en"):
        i18n.use(language)
        shown = show(seat)
        call_id = ring(shown, said=crashed())
        shown.key(Key.Key_F3)
        shown.key(Key.Key_I, Held.AltModifier)
        assert clipped(shown.window) == []
        seat.phone.hang_up(call_id)
        shown.settle()


def test_a_call_with_everything_costs_the_window_less_than_a_frame_it_may(show, seat):
    shown = show(seat)
    seat.phone.ring("13904510001", said=crashed())
    began = time.perf_counter()
    shown.settle()
    assert (time.perf_counter() - began) * 1000 < FRAME_MS_MAX * LOAD_FACTOR * 3  # settle draws three times
