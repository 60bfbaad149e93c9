"""Typing: nothing lost, nothing replaced, conflicts kept for a person."""

from typing import Any

from console.models.forms import PAUSE_MS, Forms
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.floor import Floor
from dispatch.refusals import NotFound, StaleForm
from dispatch.words import Form, Intake

BLANK = Form()


class Outbox:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[cmd.ChangeIntake] = []

    def __call__(self, command: Any) -> str:
        self.sent.append(command)
        return f"c{len(self.sent)}"


def made(rev: int = 1, **fields: Any) -> tuple[Forms, Floor, Outbox]:
    outbox = Outbox()
    floor = Floor()
    floor.intakes["i"] = Intake("i", "01", 0, "s1", "d1", form=Form(**fields), rev=rev)
    return Forms(outbox), floor, outbox


def hub_sets(floor: Floor, rev: int, **fields: Any) -> None:
    floor.intakes["i"] = Intake("i", "01", 0, "s1", "d1", form=Form(**fields), rev=rev)


def test_a_pause_sends_what_was_typed_once():
    forms, floor, outbox = made()
    forms.type(floor, "i", {"remark": "a"}, now=0)
    forms.type(floor, "i", {"remark": "ab"}, now=100)
    forms.on_time(floor, now=PAUSE_MS)
    assert outbox.sent == []
    forms.on_time(floor, now=100 + PAUSE_MS)
    forms.on_time(floor, now=200 + PAUSE_MS)
    assert outbox.sent == [cmd.ChangeIntake("i", 1, FormChanges(remark="ab"))]
    assert forms.shown(floor, "i", BLANK).remark == "ab"


def test_the_overlay_stays_until_the_floor_shows_it():
    forms, floor, _ = made()
    forms.type(floor, "i", {"remark": "ab"}, now=0)
    forms.flush(floor, "i")
    forms.verdict(floor, "i", "c1", None)
    assert not forms.pending("i")
    assert forms.shown(floor, "i", BLANK).remark == "ab", "the verdict came before the event"
    hub_sets(floor, 2, remark="ab")
    forms.on_time(floor, now=1)
    assert forms.drafts == {}


def test_a_second_change_follows_the_first_without_a_verdict():
    forms, floor, outbox = made()
    forms.type(floor, "i", {"remark": "a"}, now=0)
    forms.flush(floor, "i")
    forms.type(floor, "i", {"remark": "ab"}, now=1)
    forms.flush(floor, "i")
    assert [sent.base_rev for sent in outbox.sent] == [1, 2]


def test_a_conflict_keeps_both_until_a_person_chooses():
    forms, floor, outbox = made()
    forms.type(floor, "i", {"remark": "mine", "contact_name": "Li"}, now=0)
    forms.flush(floor, "i")
    hub_sets(floor, 2, remark="theirs")
    refusal = StaleForm("i", 2, ("remark",))
    assert forms.verdict(floor, "i", "c1", refusal) is refusal
    assert forms.disputed() == "i"
    forms.on_time(floor, now=10_000)
    assert len(outbox.sent) == 1, "nothing is sent while a person has to choose"
    forms.choose(floor, "i", mine=True)
    assert outbox.sent[-1] == cmd.ChangeIntake("i", 2, FormChanges(remark="mine", contact_name="Li"))


def test_taking_theirs_still_sends_the_rest():
    forms, floor, outbox = made()
    forms.type(floor, "i", {"remark": "mine", "contact_name": "Li"}, now=0)
    forms.flush(floor, "i")
    hub_sets(floor, 2, remark="theirs")
    forms.verdict(floor, "i", "c1", StaleForm("i", 2, ("remark",)))
    forms.choose(floor, "i", mine=False)
    assert outbox.sent[-1] == cmd.ChangeIntake("i", 2, FormChanges(contact_name="Li"))
    assert forms.shown(floor, "i", BLANK).remark == "theirs"


def test_an_old_field_on_screen_gives_its_own_revision():
    forms, floor, outbox = made(rev=5)
    forms.type(floor, "i", {"remark": "x"}, now=0, seen_rev=3)
    forms.flush(floor, "i")
    assert outbox.sent[0].base_rev == 3


def test_a_restart_takes_back_what_the_hub_never_got():
    forms, floor, _ = made(contact_name="Li")
    forms.restore({"i": FormChanges(contact_name="Li", remark="lost?"), "j": FormChanges(remark="new")})
    forms.again(floor)
    assert forms.unsent() == {"i": FormChanges(remark="lost?"), "j": FormChanges(remark="new")}
    assert forms.shown(floor, "j", Form(contact_phone="138")).contact_phone == "138"


def test_typed_text_of_a_refused_change_is_not_lost():
    forms, floor, _ = made()
    forms.type(floor, "i", {"remark": "a"}, now=0)
    forms.flush(floor, "i")
    forms.type(floor, "i", {"contact_name": "Li"}, now=1)
    forms.verdict(floor, "i", "c1", StaleForm("i", 9, ("remark",)))
    assert forms.unsent()["i"] == FormChanges(remark="a", contact_name="Li")


def test_what_the_hub_refuses_is_kept_and_not_sent_again_by_itself():
    """Once it went out every 400 ms for ever, with a notice each time."""
    forms, floor, outbox = made()
    forms.type(floor, "i", {"remark": "a"}, now=0)
    forms.flush(floor, "i")
    assert forms.verdict(floor, "i", "c1", NotFound("intake", "i")) is not None
    for now in range(0, 10_000, 100):
        forms.on_time(floor, now)
    assert len(outbox.sent) == 1
    assert forms.shown(floor, "i", BLANK).remark == "a"
    forms.type(floor, "i", {"remark": "ab"}, now=10_000)
    forms.on_time(floor, now=10_000 + PAUSE_MS)
    assert len(outbox.sent) == 2


def test_a_change_nobody_answered_is_kept():
    forms, floor, outbox = made()
    forms.type(floor, "i", {"remark": "a"}, now=0)
    forms.flush(floor, "i")
    forms.lost("i", "c1")
    forms.on_time(floor, now=PAUSE_MS)
    assert forms.pending("i")
    assert forms.shown(floor, "i", BLANK).remark == "a"
    assert len(outbox.sent) == 1


def test_nothing_leaves_while_nobody_is_logged_in():
    forms, floor, outbox = made()
    forms.open = False
    forms.type(floor, "i", {"remark": "a"}, now=0)
    forms.on_time(floor, now=PAUSE_MS)
    forms.flush(floor, "i")
    assert outbox.sent == []
    forms.open = True
    forms.on_time(floor, now=PAUSE_MS)
    assert len(outbox.sent) == 1


def test_text_goes_on_in_the_form_the_hub_has():
    forms, floor, _ = made()
    forms.type(floor, "mine", {"remark": "a"}, now=0)
    forms.move(floor, "mine", "i", now=1)
    assert forms.shown(floor, "i", BLANK).remark == "a"
    assert "mine" not in forms.drafts
