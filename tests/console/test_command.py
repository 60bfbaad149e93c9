"""Command is moved by two people at a seat: what they read, tick and enter, what is sent and answered."""

import pytest
from PySide6.QtWidgets import QAbstractButton

from console import i18n
from console.models import authorising, evidence
from console.models.authorising import Act, Stage
from console.ports import HubMode, Link
from dispatch.sites import CITY
from store.core.command_messages import (
    CommandAnswer,
    DeclareIsland,
    EvidenceReq,
    HandOver,
    TakeCommand,
)
from store.core.wire import Epoch
from tests.console.apart import CENTRE, DISTRICT, conflicting, take_over, two_sites
from tests.console.busy import busy
from tests.console.clipping import clipped
from tests.console.commanding import CTRL_SHIFT, Key, fill, known, open_sheet, press, words_of

REASONS = (
    "two_people",
    "not_allowed",
    "wrong_login",
    "no_reason",
    "already_here",
    "holder_alive",
    "behind",
    "lacks_rows",
    "not_connected",
    "conflicts_open",
    "store",
    "unknown_scope",
    "timeout",
)


def test_two_people_take_command_by_what_they_read(seat, district):
    open_sheet(district)
    told = words_of(district)
    assert "现指挥方：市急救中心（第 2 届）" in told
    assert "最后心跳 0:42 前" in told
    assert "副本到第 1007 条，最后听到第 1012 条" in told
    assert "最多缺 5 条" in told
    assert district.find("authorise.break_glass").isChecked(), "nobody is there to agree"
    fill(district)
    press(district)
    sent = [one for one in seat.hub.asked if isinstance(one, TakeCommand)]
    (order,) = sent
    assert (order.scope, order.reason, order.order_no) == (CITY, "市中心机房断电", "哈急〔2026〕12 号")
    assert order.break_glass
    assert len(order.checks) == 4
    assert order.token == seat.desk.person.token
    assert order.second not in {b"", order.token}
    assert seat.desk.authorising.stage is Stage.SENT
    assert not district.find("authorise.confirm").isEnabled(), "one act, once"
    seat.hub.tell(CommandAnswer(id=order.id, epoch=Epoch(3, DISTRICT, 1)))
    take_over(seat)
    seat.hub.tell(Link(HubMode.NORMAL, relay="", scope=CITY))
    district.settle()
    assert "第 3 届" in district.text("authorise.told")
    assert "道里区分中心已接管全市指挥（第 3 届），授权人 王芳 / 李强" in district.text("banner")
    assert district.text("mode") == "接管"
    assert district.find("authorise.first_password").text() == ""


@pytest.mark.parametrize("gone", ["reason", "order_no", "first_password", "second_staff", "second_password"])
def test_nothing_is_sent_before_everything_is_said(seat, district, gone):
    open_sheet(district)
    fill(district)
    district.find(f"authorise.{gone}").clear()
    press(district)
    assert district.text("authorise.told")
    assert not [one for one in seat.hub.asked if isinstance(one, TakeCommand)]


def test_every_line_of_the_check_list_is_ticked_by_hand(seat, district):
    open_sheet(district)
    fill(district)
    district.find("authorise.check.2").setChecked(False)
    press(district)
    assert "逐条核对" in district.text("authorise.told")


@pytest.mark.parametrize(
    ("second", "password", "word"),
    [
        ("0101", "zhang", "另一个人"),
        ("0900", "no", "第二人工号或口令不对"),
        ("0102", "li", "至少一人须是调度班长"),
    ],
)
def test_the_second_person_is_another_one_and_one_of_them_leads(seat, district, second, password, word):
    open_sheet(district)
    fill(district, second, password)
    press(district)
    assert word in district.text("authorise.told")
    assert not [one for one in seat.hub.asked if isinstance(one, TakeCommand)]
    assert district.find("authorise.reason").text() == "市中心机房断电", "nothing typed is lost"


def test_the_first_person_is_the_one_who_sits_here(seat, district):
    open_sheet(district)
    fill(district)
    district.find("authorise.first_password").setText("wrong")
    press(district)
    assert "第一人工号或口令不对" in district.text("authorise.told")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reason", [*REASONS, "something_new"])
def test_every_refusal_says_what_to_do(reason, language):
    i18n.use(language)
    for act in Act:
        words = authorising.refusal_words(CommandAnswer(id="a", reason=reason), act)
        assert len(words) > 8
        assert "{" not in words


def test_a_refusal_can_be_cured_and_tried_again_with_another_id(seat, district):
    open_sheet(district)
    fill(district)
    press(district)
    first = seat.hub.asked[-1]
    seat.hub.tell(CommandAnswer(id=first.id, reason="holder_alive"))
    district.settle()
    assert "由对方移交" in district.text("authorise.told")
    press(district)
    second = seat.hub.asked[-1]
    assert isinstance(second, TakeCommand)
    assert second.id != first.id


def test_silence_is_told_as_not_known(seat, district):
    open_sheet(district)
    fill(district)
    press(district)
    seat.pass_time(authorising.ANSWER_MS_MAX + 1)
    district.settle()
    assert "结果不明" in district.text("authorise.told")


def test_the_evidence_is_asked_anew_each_second_while_the_sheet_is_open(seat, district):
    open_sheet(district)
    asked = len([one for one in seat.hub.asked if isinstance(one, EvidenceReq)])
    seat.pass_time(1_100)
    seat.pass_time(1_100)
    assert len([one for one in seat.hub.asked if isinstance(one, EvidenceReq)]) == asked + 2
    district.key(Key.Key_Escape)
    assert not district.find("authorise").isVisible()
    before = len(seat.hub.asked)
    seat.pass_time(5_000)
    assert len(seat.hub.asked) == before


def test_a_call_goes_on_beside_the_sheet(seat, district):
    seat.phone.ring("13904510001")
    district.settle()
    district.key(Key.Key_F3)
    open_sheet(district)
    district.find("authorise.reason").setFocus()
    district.type("断电")
    sheet, form = district.find("authorise"), district.window._form
    assert not sheet.geometry().intersects(form.geometry().translated(form.parentWidget().pos()))
    seat.phone.ring("13904510002")
    district.settle()
    assert district.find("authorise.reason").hasFocus(), "a ring takes nobody's keyboard"
    assert district.find("authorise.reason").text() == "断电"


def test_a_site_nobody_hears_is_no_target_and_the_button_says_why(seat, show):
    two_sites(seat)
    shown = show(seat)
    shown.key(Key.Key_H, CTRL_SHIFT)
    for peers, words in (((), "从未听到"), (((DISTRICT, 42_000),), "0:42 前")):
        seat.hub.tell(known(site=CENTRE, holder_site=CENTRE, tick_age_ms=0, peers=peers))
        shown.settle()
        target = shown.find(f"authorise.to.{DISTRICT}")
        assert not target.isEnabled()
        assert words in target.text()
        assert "✕" in target.text()
    seat.hub.tell(known(site=CENTRE, holder_site=CENTRE, tick_age_ms=0, peers=((DISTRICT, 200),)))
    shown.settle()
    press(shown, f"authorise.to.{DISTRICT}")
    seat.hub.tell(known(site=CENTRE, holder_site=CENTRE, tick_age_ms=0, peers=((DISTRICT, 9_000),)))
    shown.settle()
    fill(shown)
    press(shown)
    assert "没有应答，不能移交" in shown.text("authorise.told"), "it fell silent after it was chosen"
    assert not [one for one in seat.hub.asked if isinstance(one, HandOver)]


def test_nine_districts_are_told_in_two_lines_and_offered_two_a_row(seat, show):
    from dispatch import commands as cmd
    from dispatch.sites import Site

    two_sites(seat)
    for at in range(3, 11):
        seat.hub.as_hub(cmd.RegisterSite(Site(f"{at:02}", f"第{at}急救分中心")))
    seat.pump()
    shown = show(seat)
    shown.key(Key.Key_H, CTRL_SHIFT)
    peers = tuple((f"{at:02}", 300 if at % 2 else 42_000) for at in range(2, 11))
    seat.hub.tell(known(site=CENTRE, holder_site=CENTRE, tick_age_ms=0, peers=peers, store="normal"))
    shown.settle()
    told = words_of(shown)
    assert "第10急救分中心（0:42 前）" in told
    assert "没有未核对的冲突" in told, "the last line is there too"
    assert clipped(shown.window) == []
    assert low(shown.window) == []


def test_command_is_handed_back_when_no_conflict_is_left(seat, show):
    conflicting(seat)
    shown = show(seat)
    shown.key(Key.Key_H, CTRL_SHIFT)
    shown.settle()
    seat.hub.tell(
        known(holder_site=DISTRICT, holder_term=3, tick_age_ms=0, store="normal", peers=((CENTRE, 90),))
    )
    shown.settle()
    assert "存储：正常" in words_of(shown)
    assert shown.window.findChild(QAbstractButton, f"authorise.to.{DISTRICT}") is None, "it is ours"
    assert "尚有 2 项冲突未核对" in words_of(shown)
    assert f"authorise.to.{CENTRE}" in [
        b.objectName() for b in shown.window.findChildren(type(shown.find("authorise.confirm")))
    ]
    fill(shown)
    press(shown)
    assert "移交给哪个中心" in shown.text("authorise.told")
    press(shown, f"authorise.to.{CENTRE}")
    press(shown)
    order = seat.hub.asked[-1]
    assert isinstance(order, HandOver)
    assert (order.scope, order.to_site) == (CITY, CENTRE)


def test_an_island_is_declared_and_ended_by_two_people(seat, show):
    shown = show(seat)
    shown.key(Key.Key_I, CTRL_SHIFT)
    fill(shown)
    press(shown)
    assert [one.on for one in seat.hub.asked if isinstance(one, DeclareIsland)] == [True]
    seat.hub.tell(CommandAnswer(id=seat.hub.asked[-1].id))
    seat.hub.tell(Link(HubMode.ISLAND))
    shown.settle()
    assert shown.find("mode.frame").isVisible()
    assert shown.text("mode") == "孤岛"
    shown.key(Key.Key_Escape)
    shown.key(Key.Key_I, CTRL_SHIFT)
    fill(shown)
    press(shown)
    assert [one.on for one in seat.hub.asked if isinstance(one, DeclareIsland)] == [True, False]
    seat.hub.tell(Link(HubMode.NORMAL))
    shown.settle()
    assert not shown.find("mode.frame").isVisible()


def test_the_command_line_opens_it_too_and_only_for_who_may(seat, district):
    district.window.doing.run("/应急接管")
    assert district.find("authorise").isVisible()
    district.key(Key.Key_Escape)
    from msgspec.structs import replace

    from dispatch.kinds import Role

    seat.desk.person = replace(seat.desk.person, roles=frozenset({Role.OBSERVER}))
    district.window.doing.do("take_command")
    district.settle()
    assert not district.find("authorise").isVisible()
    assert "无权" in district.text("notice.text")


def test_evidence_of_a_site_that_commands_and_of_one_never_heard(seat):
    two_sites(seat)
    here = dict(evidence.sentences(seat.desk.floor, known(holder_site=DISTRICT)))
    assert here["本中心正在指挥"] == "ok"
    never = known(tick_age_ms=-1, own_seq=1_012, store="SQLite FULL")
    told = dict(evidence.sentences(seat.desk.floor, never))
    assert told["▲ 从未收到过指挥方的心跳"] == "fault"
    assert evidence.is_silent(never)
    assert not evidence.is_silent(known(tick_age_ms=200))
    alive = dict(evidence.sentences(seat.desk.floor, known(tick_age_ms=200)))
    assert any("仍在线" in words for words in alive)


@pytest.mark.parametrize(
    ("more", "standby", "row", "lacks"),
    [
        ({"rows": (("03", 1_047),)}, 0, "03有到第 1047 条，比本地多 40 条：应由它接管", 40),
        ({"rows": (("03", 1_047),), "peers": (("03", 9_000),)}, 0, "", 5),
        ({"rows": (("03", 1_047),)}, 1_047, "", 0),
        ({"rows": (("03", 1_047),), "scope": DISTRICT}, 0, "", 5),
        ({"rows": (("03", 1_047),), "tick_age_ms": 90}, 0, "", 5),
        ({"rows": (("03", 1_007),)}, 0, "", 5),
    ],
)
def test_a_site_that_answers_and_has_more_rows_is_told_in_red(seat, more, standby, row, lacks):
    two_sites(seat)
    told = dict(evidence.sentences(seat.desk.floor, known(standby_seq=standby, **more)))
    assert [words for words, tone in told.items() if "应由它接管" in words and tone == "fault"] == (
        [f"■ {row}"] if row else []
    )
    assert any(f"最多缺 {lacks} 条" in words for words in told) is bool(lacks)
    assert any("听到的都在本地" in words for words in told) is not bool(lacks)


def test_break_glass_is_unticked_when_a_site_with_more_rows_is_heard(seat, district):
    open_sheet(district)
    glass = district.find("authorise.break_glass")
    assert glass.isChecked()
    for _ in range(2):  # once: who ticks it again knows
        seat.hub.tell(known(rows=(("03", 1_047),)))
        district.settle()
        assert "应由它接管" in words_of(district)
    assert not glass.isChecked()
    fill(district)
    press(district)
    order = seat.hub.asked[-1]
    assert isinstance(order, TakeCommand)
    assert not order.break_glass
    seat.hub.tell(CommandAnswer(id=order.id, reason="lacks_rows"))
    district.settle()
    assert "比本地多" in district.text("authorise.told")
    glass.setChecked(True)
    seat.hub.tell(known(rows=(("03", 1_047),)))
    district.settle()
    assert glass.isChecked()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("act", list(Act))
def test_nothing_of_the_sheet_is_clipped(seat, show, language, act):
    i18n.use(language)
    busy(seat)
    two_sites(seat)
    if act is Act.HAND_OVER:
        take_over(seat)
    shown = show(seat)
    if act is Act.TAKE:  # then every panel says how old it is, and the sheet is narrower
        seat.desk.take(Link(HubMode.CITY_CUT_OFF, seat_id="s1", relay=DISTRICT, hub_age_ms=65_000))
        shown.window.second()
        shown.settle()
    shown.window.open_sheet("authorise", act)
    seat.hub.tell(known(store="SQLite FULL, 512 GB free", rows=(("03", 1_047),)))
    shown.settle()
    seat.desk.authorising.told = authorising.refusal_words(CommandAnswer(id="a", reason="not_allowed"))
    shown.window._over.authorise.refresh()
    shown.settle()
    assert clipped(shown.window) == []
    assert low(shown.window) == []


def low(window) -> list[str]:
    """Wrapped words that need more height than they have."""
    from PySide6.QtWidgets import QLabel

    sheet = window._over.authorise
    wrapped = [label for label in sheet.findChildren(QLabel) if label.wordWrap() and label.isVisible()]
    return [
        label.text()
        for label in wrapped
        if label.heightForWidth(label.width()) > label.height() + 1
        or label.mapTo(sheet, label.rect().bottomLeft()).y() > sheet.height()
    ]
