"""Key files, the roster file and the outbox file: private, whole or not at all."""

from pathlib import Path

import pytest

from store.bus.keys import KeyFileError, hub_public_key, new_keys, own_keys, pin_hub_key
from store.bus.outbox_file import OutboxError, OutboxFile
from store.bus.roster import RosterError, RosterFile, enrol, pin_roster_key, read_roster, strike
from store.core.outbox import Waiting
from store.core.roster import Machine, MachineRole


def test_keys_are_made_once_and_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys = own_keys(folder, "seat-01")
    assert own_keys(folder, "seat-01") == keys
    assert (folder / "seat-01.key").stat().st_mode & 0o777 == 0o600
    assert keys.secret not in repr(keys)


def test_an_open_key_file_is_not_used(tmp_path: Path) -> None:
    own_keys(tmp_path, "seat-01")
    (tmp_path / "seat-01.key").chmod(0o644)
    with pytest.raises(KeyFileError, match="0600"):
        own_keys(tmp_path, "seat-01")


def test_the_hub_key_has_to_be_given(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        hub_public_key(tmp_path)
    pin_hub_key(tmp_path, "k" * 40)
    assert hub_public_key(tmp_path) == "k" * 40


def test_enrol_and_strike_are_seen_by_a_running_roster(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    roster = RosterFile(path)
    machine = Machine("seat-01", new_keys().public, MachineRole.SEAT, "01")
    enrol(path, machine)
    assert roster.reload()
    assert not roster.reload()
    assert list(roster.by_key.values()) == [machine]
    assert strike(path, "seat-01")
    assert roster.reload()
    assert roster.machines == {}
    assert not strike(path, "seat-01")


def test_a_key_belongs_to_one_machine_and_must_be_one(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    key = new_keys().public
    enrol(path, Machine("a", key, MachineRole.WALL))
    with pytest.raises(RosterError):
        enrol(path, Machine("b", key, MachineRole.WALL))
    with pytest.raises(RosterError):
        enrol(path, Machine("c", "short", MachineRole.WALL))


def test_a_damaged_roster_keeps_the_last_good_one(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    roster = RosterFile(path)
    enrol(path, Machine("a", new_keys().public, MachineRole.WALL))
    roster.reload()
    path.write_text("{")
    with pytest.raises(RosterError):
        roster.reload()
    assert list(roster.machines) == ["a"]
    assert not roster.reload(), "said once"
    path.unlink()
    with pytest.raises(RosterError, match="gone"):
        roster.reload()
    assert (list(roster.machines), roster.alarm) == (["a"], "roster_damaged")


def test_a_forged_or_older_roster_is_refused(tmp_path: Path) -> None:
    path, stranger = tmp_path / "ours" / "roster.json", tmp_path / "theirs" / "roster.json"
    roster = RosterFile(path)
    enrol(path, Machine("a", new_keys().public, MachineRole.WALL))
    older = path.read_bytes()
    enrol(path, Machine("b", new_keys().public, MachineRole.WALL))
    assert roster.reload()
    for _ in range(3):
        enrol(stranger, Machine("thief", new_keys().public, MachineRole.WALL))
    path.write_bytes(older)
    with pytest.raises(RosterError, match="older"):
        roster.reload()
    path.write_bytes(stranger.read_bytes())
    with pytest.raises(RosterError, match="not signed"):
        roster.reload()
    assert list(roster.machines) == ["a", "b"]


def test_an_older_roster_is_refused_after_a_restart_too(tmp_path: Path) -> None:
    """Validly signed, but a machine on it was struck since: it must not come back with the file."""
    path = tmp_path / "roster.json"
    enrol(path, Machine("a", new_keys().public, MachineRole.WALL))
    enrol(path, Machine("thief", new_keys().public, MachineRole.WALL))
    older = path.read_bytes()
    assert RosterFile(path).reload()
    strike(path, "thief")
    path.write_bytes(older)
    after = RosterFile(path)
    with pytest.raises(RosterError, match="revision 2 is older than 3"):
        after.reload()
    assert (list(after.machines), after.revision, after.alarm) == (["a"], 3, "roster_older")
    assert [machine.name for machine in read_roster(path)] == ["a"], "nor for who reads it directly"
    enrol(path, Machine("b", new_keys().public, MachineRole.WALL))
    assert after.reload(), "a change builds on the newest, not on the file"
    assert (list(after.machines), after.revision, after.alarm) == (["a", "b"], 4, "")


@pytest.mark.parametrize("content", [b"{", b"", None])
def test_a_roster_that_was_damaged_or_deleted_while_nobody_ran_is_an_alarm(
    tmp_path: Path, content: bytes | None
) -> None:
    """The newest one holds, so all goes on; but somebody has to know."""
    path = tmp_path / "roster.json"
    enrol(path, Machine("a", new_keys().public, MachineRole.WALL))
    good = path.read_bytes()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    roster = RosterFile(path)
    with pytest.raises(RosterError):
        roster.reload()
    assert not roster.reload(), "said once, and it stands"
    assert (list(roster.machines), roster.alarm) == (["a"], "roster_damaged")
    path.write_bytes(good)
    assert roster.reload()
    assert roster.alarm == ""


def test_a_machine_without_any_roster_has_no_alarm(tmp_path: Path) -> None:
    roster = RosterFile(tmp_path / "roster.json")
    assert not roster.reload()
    assert roster.alarm == ""


def test_a_relay_keeps_the_newest_roster_it_was_told_of_over_a_restart(tmp_path: Path) -> None:
    city, relay = tmp_path / "city" / "roster.json", tmp_path / "relay" / "roster.json"
    enrol(city, Machine("a", new_keys().public, MachineRole.WALL))
    older = city.read_bytes()
    strike(city, "a")
    pin_roster_key(relay.parent, (city.parent / "roster.pub").read_text().strip())
    assert RosterFile(relay).take_news(city.read_bytes())
    relay.write_bytes(older)
    again = RosterFile(relay)
    assert not again.take_news(older), "nor from the line"
    assert (again.revision, again.machines) == (2, {})


def test_a_roster_travels_to_another_site_and_is_proven_there(tmp_path: Path) -> None:
    city, relay = tmp_path / "city" / "roster.json", tmp_path / "relay" / "roster.json"
    enrol(city, Machine("a", new_keys().public, MachineRole.WALL))
    there, here = RosterFile(city), RosterFile(relay)
    there.reload()
    with pytest.raises(RosterError, match="missing"):
        here.take_news(there.sealed)
    pin_roster_key(relay.parent, (city.parent / "roster.pub").read_text().strip())
    assert here.take_news(there.sealed)
    assert list(here.machines) == ["a"]
    assert not here.take_news(there.sealed)
    assert not here.reload(), "known already"
    again = RosterFile(relay)
    assert again.reload(), "it outlives a restart"
    assert again.machines == here.machines
    with pytest.raises(RosterError, match="not here"):
        enrol(relay, Machine("b", new_keys().public, MachineRole.WALL))
    with pytest.raises(RosterError, match="another"):
        pin_roster_key(relay.parent, "00" * 32)


def test_news_that_come_late_never_replace_a_newer_file_of_the_same_folder(tmp_path: Path) -> None:
    """Hub, seats and administrator of a desk share a folder; a seat hears of each revision a moment later."""
    path = tmp_path / "roster.json"
    enrol(path, Machine("a", new_keys().public, MachineRole.WALL))
    hub, seat = RosterFile(path), RosterFile(path)
    assert seat.reload()
    enrol(path, Machine("b", new_keys().public, MachineRole.WALL))
    hub.reload()
    news = hub.sealed
    assert strike(path, "b")
    assert seat.take_news(news), "it takes over the newer file instead"
    assert list(seat.machines) == ["a"]
    assert hub.reload()
    assert list(hub.machines) == ["a"]


def test_the_roster_key_is_private(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    enrol(path, Machine("a", new_keys().public, MachineRole.WALL))
    key = tmp_path / "roster.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    with pytest.raises(RosterError, match="0600"):
        enrol(path, Machine("b", new_keys().public, MachineRole.WALL))
    assert [machine.name for machine in read_roster(path)] == ["a"]


def test_the_outbox_file_keeps_order_and_forgets_what_is_settled(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    file = OutboxFile(path)
    entries = [Waiting(cid, b"x", n, 9) for n, cid in enumerate(("b", "a", "c"))]
    file.change(entries, [])
    file.change([Waiting("b", b"x", 0, 9, b"token")], ["a"])
    file.close()
    again = OutboxFile(path)
    assert [(entry.cid, entry.token) for entry in again.load()] == [("b", b"token"), ("c", b"")]
    again.close()


def test_an_outbox_that_is_none_says_so(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(OutboxError):
        OutboxFile(path)
