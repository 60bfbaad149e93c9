"""A new machine: invited, compared, approved by two, in; everything else stays outside and is noted."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.drill.ports import free_ports
from dispatch.administration import Act, AdministrationNoted
from dispatch.commands import RegisterDispatcher, SetSeatState
from dispatch.kinds import Role, SeatState
from dispatch.refusals import NotPossible
from dispatch.words import Dispatcher
from store import enrol_cli
from store.administration import Administration, NotDoneError, Proof, fingerprint_of
from store.bus.enrolment_call import EnrolmentCall, hubs_of
from store.bus.keys import KeyFileError, hub_public_key, own_keys, own_sign_key
from store.bus.link_state import link_settings
from store.bus.roster import key_of_address, read_roster
from store.core.enrolment import TRIES_MAX, Answer, Enrolled, NotEnrolled, Wait
from store.core.roster import Machine, MachineRole
from store.hub_admin import set_account
from tests.store.conftest import PASSWORD, WAIT_S, City, Desk

pytestmark = pytest.mark.process
ADMIN, LEADER = Proof("9001", PASSWORD), Proof("9002", PASSWORD)
BOTH = (ADMIN, LEADER)
SEAT = Machine("seat-07", "", MachineRole.SEAT, "03", "02", reserve=True)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[City]:
    """A city with an administrator and a shift leader, and a door of enrolment of its own."""
    made = City(tmp_path / "hub", f"sqlite:///{tmp_path}/hub/hub.sqlite")
    port = free_ports(1)[0]
    words = made.file.read_text(encoding="utf-8").replace("[hub]", f"[hub]\nenrol_port = {port}")
    made.file.write_text(words, encoding="utf-8")
    made.config = replace(made.config, hub=replace(made.config.hub, enrol_port=port))
    people = [
        RegisterDispatcher(Dispatcher("d9001", "9001", "管理", frozenset({Role.ADMINISTRATOR}))),
        RegisterDispatcher(Dispatcher("d9002", "9002", "班长", frozenset({Role.SHIFT_LEADER}))),
    ]
    made.seed_more(people)
    for number in ("9001", "9002"):
        set_account(made.config, number, PASSWORD)
    try:
        made.start_hub()
        yield made
    finally:
        made.close()


@pytest.fixture
def office(town: City) -> Iterator[Administration]:
    town.seat("01")  # the hub runs, so everybody is in the store
    with closing(Administration(town.config)) as made:
        yield made


def call(town: City, code: str, folder: Path) -> EnrolmentCall:
    return EnrolmentCall(f"127.0.0.1:{town.config.hub.enrol_port}", code, folder)


def answer(asking: EnrolmentCall) -> Answer:
    """Asks until the door answers: it opens within a second."""
    for _ in range(int(WAIT_S)):
        came = asking.ask(1000)
        if came is not None:
            return came
    raise AssertionError("the door of enrolment does not answer")


def noted(desk: Desk, act: Act, refused: str = "") -> AdministrationNoted:
    """Waits until the hub has journaled it."""

    def found() -> AdministrationNoted | None:
        events = (applied.event for applied in desk.events if isinstance(applied.event, AdministrationNoted))
        return next((it for it in events if (it.note.act, it.note.refused) == (act, refused)), None)

    event: AdministrationNoted = desk.wait(found, f"note of {act} {refused}")
    return event


def test_a_machine_is_enrolled_by_code_and_fingerprints(
    town: City, office: Administration, tmp_path: Path
) -> None:
    keys = tmp_path / "new" / "keys"
    code = office.invite(SEAT)
    with closing(call(town, code.lower().replace("-", " "), keys)) as asking:
        wait = answer(asking)
        assert isinstance(wait, Wait)
        waiting = office.waiting()
        assert [fingerprint_of(one.machine) for one in waiting] == [asking.fingerprint]
        with pytest.raises(NotDoneError, match="指纹不符"):
            office.approve("seat-07", "1" * 24, BOTH)
        assert office.approve("seat-07", asking.fingerprint, BOTH).reserve
        enrolled = answer(asking)
        assert isinstance(enrolled, Enrolled)
        asking.take_over(enrolled)
    machine = next(it for it in read_roster(keys / "roster.json") if it.name == "seat-07")
    assert machine.public_key == own_keys(keys, "seat-07").public
    assert own_sign_key(keys, "seat-07").public
    assert (machine.site, machine.seat_id, machine.sign_key) == ("02", "03", ""), "a seat seals nothing"
    assert hubs_of(keys) == town.config.hub.hubs
    assert key_of_address(keys, town.config.hub.hubs[0]) == hub_public_key(keys)
    config = replace(town.config, keys=replace(town.config.keys, dir=str(keys)))
    desk = Desk(replace(link_settings(config, "seat-07"), outbox=tmp_path / "outbox.sqlite"))
    town.desks.append(desk)
    desk.wait_live()
    assert noted(town.desks[0], Act.ENROL, "fingerprint").note.first == "9001"
    note = noted(town.desks[0], Act.ENROL).note
    assert (note.subject, note.first, note.second) == ("seat-07", "9001", "9002")


def test_only_the_hub_that_was_compared_is_taken_over(
    town: City, office: Administration, tmp_path: Path
) -> None:
    """The door's key is known to all: somebody in between shows the right hub and gives his own."""
    keys = tmp_path / "new" / "keys"
    code = office.invite(SEAT)
    with closing(call(town, code, keys)) as asking:
        wait = answer(asking)
        assert isinstance(wait, Wait)
        office.approve("seat-07", asking.fingerprint, BOTH)
        enrolled = answer(asking)
        assert isinstance(enrolled, Enrolled)
        for forged in (
            replace(enrolled, hub_public="h" * 40),
            replace(enrolled, roster_public="0" * 64),
            replace(enrolled, machine="../seat-07"),
            replace(enrolled, machine=""),
        ):
            with pytest.raises(KeyFileError):
                asking.take_over(forged)
        assert not (keys / "hub.pub").exists(), "by this file the machine counts as enrolled"
        assert not (keys / "roster.pub").exists()
    with closing(call(town, code, keys)) as unseen:
        late = answer(unseen)
        assert isinstance(late, Enrolled)
        with pytest.raises(KeyFileError, match="重新邀请"):
            unseen.take_over(late)


def test_a_wrong_code_gets_nothing_and_is_spent_after_some_tries(
    town: City, office: Administration, tmp_path: Path
) -> None:
    code = office.invite(SEAT)
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    with closing(call(town, wrong, tmp_path / "thief")) as asking:
        for _ in range(TRIES_MAX):
            assert answer(asking) == NotEnrolled("wrong_code")
        assert answer(asking) == NotEnrolled("too_many")
    with closing(call(town, code, tmp_path / "new")) as asking:
        assert answer(asking) == NotEnrolled("too_many"), "the right code is spent with it"
    assert office.waiting() == []
    note = noted(town.desks[0], Act.CODE_REFUSED, "too_many").note
    events = [it.event for it in town.desks[0].events if isinstance(it.event, AdministrationNoted)]
    refused = [event.note.refused for event in events if event.note.act is Act.CODE_REFUSED]
    assert (refused.count("wrong_code"), refused.count("too_many")) == (1, 1), "one row for all of them"
    assert note.where == "127.0.0.1"


def test_the_first_key_that_came_with_the_code_is_the_only_one(
    town: City, office: Administration, tmp_path: Path
) -> None:
    code = office.invite(SEAT)
    with closing(call(town, code, tmp_path / "first")) as first:
        assert isinstance(answer(first), Wait)
        with closing(call(town, code, tmp_path / "second")) as second:
            assert answer(second) == NotEnrolled("used")
            with pytest.raises(NotDoneError, match="指纹不符"):
                office.approve("seat-07", second.fingerprint, BOTH)


def test_the_door_takes_nothing_else(town: City, office: Administration, tmp_path: Path) -> None:
    code = office.invite(SEAT)
    with closing(call(town, code, tmp_path / "new")) as asking:
        answer(asking)
        for frame in (b"", b"\x91" * 4000 + b"\xc0", b"\xff" * 4000, b"x" * 10_000):
            asking._socket.send(frame)
            assert not asking._socket.poll(300)
        assert isinstance(answer(asking), Wait)
    assert town.desks[0].login("1001").ok is not None, "the hub goes on"


@pytest.mark.parametrize(
    ("proofs", "word"),
    [
        (None, "second_person"),
        ((ADMIN, ADMIN), "not_allowed"),
        ((LEADER, ADMIN), "not_allowed"),
        ((ADMIN, Proof("1001", PASSWORD)), "not_allowed"),
        ((ADMIN, Proof("9002", "wrong")), "wrong_password"),
    ],
)
def test_one_person_changes_nothing_and_the_try_is_noted(
    town: City, office: Administration, proofs: tuple[Proof, Proof] | None, word: str
) -> None:
    with pytest.raises(NotDoneError) as refused:
        office.strike("seat-02", proofs)
    assert refused.value.word == word
    assert "seat-02" in {machine.name for machine in read_roster(town.folder / "keys" / "roster.json")}
    noted(town.desks[0], Act.STRIKE, word)


def test_people_and_accounts_are_changed_by_two(town: City, office: Administration) -> None:
    desk = town.desks[0]
    office.register(Dispatcher("", "1009", "新人", frozenset({Role.DISPATCHER})), BOTH)
    desk.wait(
        lambda: any(one.staff_number == "1009" for one in desk.floor.dispatchers.values()), "new person"
    )
    office.set_account("1009", PASSWORD, BOTH)
    other = town.desk("seat-02")
    other.wait_live()
    assert other.login("1009").ok is not None
    assert office.set_disabled("1009", BOTH, disabled=True)
    refused = other.login("1009").refused
    assert refused is not None
    assert refused.reason == "wrong"
    assert noted(desk, Act.DISABLE_ACCOUNT).note.subject == "1009"
    other.wait(lambda: other.floor.seats["seat02"].dispatcher_id is None, "logged out", 5.0)
    assert other.order(SetSeatState("seat02", SeatState.AWAY)).refusal == NotPossible("account_disabled")
    assert office.set_disabled("1009", BOTH, disabled=False)
    other.wait(lambda: not any(it.barred for it in other.floor.dispatchers.values()), "enabled again")
    assert other.login("1009").ok is not None
    assert not office.set_disabled("0000", BOTH, disabled=True)


def test_the_first_administrator_is_made_alone_and_that_is_noted(tmp_path: Path) -> None:
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    with closing(Administration(city.config)) as office:
        assert office.is_first_start()
        office.set_account("9001", PASSWORD, None)
        assert office.is_first_start(), "nobody has the role yet"


def test_the_command_line_of_the_new_machine(
    town: City, office: Administration, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`main.py enrol` shows both fingerprints, waits, and ends once it is approved."""
    code = office.invite(SEAT)
    shown: list[str] = []
    with closing(call(town, code, tmp_path / "new")) as asking:
        compared = threading.Event()

        def approve() -> None:
            assert compared.wait(WAIT_S)
            with closing(Administration(town.config)) as other:
                other.approve("seat-07", asking.fingerprint, BOTH)

        helper = threading.Thread(target=approve)
        helper.start()

        def on_wait(wait: Wait) -> None:
            shown.append(wait.machine)
            compared.set()

        enrolled = enrol_cli.wait_for_approval(asking, on_wait)
        helper.join(WAIT_S)
    assert enrolled is not None
    assert shown == ["seat-07"]
