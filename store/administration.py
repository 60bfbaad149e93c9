"""Changes of machines and people from the command line, by two people, each of them noted in the journal.

The two prove who they are with their own passwords; a refused change is noted like one that was made.
The hub journals the notes, also later when it does not run now.
"""

import platform
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dispatch.administration import Act, NoteAdministration, administration_refused, is_first_start
from dispatch.commands import Command, RegisterDispatcher
from dispatch.new_rows import NewRows, new_rows
from dispatch.words import Dispatcher
from store.bus.clock import Clock
from store.bus.keys import HUB, own_keys
from store.bus.roster import roster_public
from store.config import Config
from store.core.enrolment import fingerprint, is_same_fingerprint
from store.core.giver import seat_id_of
from store.core.ids import new_id
from store.core.roster import Machine
from store.db import accounts
from store.db.accounts import Accounts
from store.db.invitations import Invitation
from store.db.migrate import migrate
from store.db.office import Desk, Pending
from store.hub_admin import enrol_hub, enrol_machine, strike_machine

NAMED_MAX = 12
"""Rows a note of lists names."""


class NotDoneError(Exception):
    """The change was not made. `word` is noted: wrong_password, not_allowed, second_person, …"""

    def __init__(self, word: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.word = word


class Proof(Struct, frozen=True):
    """A staff number and its password."""

    staff_number: str
    password: str


class Administration:
    """One administrator's session at the hub's computer. Every change raises NotDoneError or StoreError."""

    def __init__(self, config: Config) -> None:
        """Brings the store up to date."""
        self._config = config
        self._clock = Clock()
        migrate(config.store.url)
        self._desk = Desk(config.store.url)
        self._accounts = Accounts(config.store.url)

    def close(self) -> None:
        self._accounts.close()
        self._desk.close()

    def is_first_start(self) -> bool:
        """True while no two people with accounts could change anything: then nobody is asked for."""
        numbers = [account.staff_number for account in self._accounts.read_all() if not account.disabled]
        return is_first_start(self._desk.people(), numbers)

    # --- machines ---------------------------------------------------------------------------------

    def invite(self, machine: Machine) -> str:
        """The one-time code for a machine without keys yet. It opens nothing before it is approved."""
        enrol_hub(self._config)
        code = self._desk.invite(machine, self._clock.now_ms())
        self._note(NoteAdministration(Act.INVITE, machine.name))
        return code

    def waiting(self) -> list[Invitation]:
        """Machines that came with the right code."""
        return self._desk.waiting(self._clock.now_ms())

    def hub_fingerprint(self) -> str:
        """What the new machine's screen has to show for the hub."""
        folder = Path(self._config.keys.dir)
        return fingerprint(own_keys(folder, HUB).public, roster_public(folder))

    def approve(self, name: str, shown: str, proofs: tuple[Proof, Proof] | None) -> Machine:
        """Enrol a waiting machine whose screen shows the fingerprint `shown`."""
        note = self._proven(Act.ENROL, name, proofs)
        found = next((one for one in self.waiting() if one.machine.name == name), None)
        if found is None:
            raise self._refused(
                note, "not_waiting", "没有此机在等待批准", "no such machine waits for approval"
            )
        machine = found.machine
        if not is_same_fingerprint(shown, fingerprint_of(machine)):
            raise self._refused(
                note,
                "fingerprint",
                "指纹不符：请勿批准，另有机器用了此登记码",
                "the fingerprints differ: another machine used this code",
            )
        enrolled = enrol_machine(
            self._config,
            machine.name,
            machine.role,
            machine.seat_id,
            machine.public_key,
            site=machine.site,
            reserve=machine.reserve,
            sign_key=machine.sign_key,
            address=machine.address,
        )
        self._desk.approve(name, self._clock.now_ms())
        self._note(note)
        return enrolled

    def enrol(self, machine: Machine, proofs: tuple[Proof, Proof] | None) -> Machine:
        """Enrol a machine by its key, or (without a key) one that shares this folder."""
        note = self._proven(Act.ENROL, machine.name, proofs)
        enrolled = enrol_machine(
            self._config,
            machine.name,
            machine.role,
            machine.seat_id,
            machine.public_key or None,
            site=machine.site,
            reserve=machine.reserve,
            sign_key=machine.sign_key,
            address=machine.address,
        )
        self._note(note)
        return enrolled

    def strike(self, name: str, proofs: tuple[Proof, Proof] | None) -> bool:
        """False: it was not enrolled."""
        note = self._proven(Act.STRIKE, name, proofs)
        struck = strike_machine(self._config, name)
        self._note(note if struck else replace(note, refused="not_enrolled"))
        return struck

    # --- people -----------------------------------------------------------------------------------

    def set_account(self, staff_number: str, password: str, proofs: tuple[Proof, Proof] | None) -> None:
        note = self._proven(Act.SET_ACCOUNT, staff_number, proofs)
        accounts.set_account(self._config.store.url, staff_number, password, self._clock.now_ms())
        self._note(note)

    def set_disabled(self, staff_number: str, proofs: tuple[Proof, Proof] | None, *, disabled: bool) -> bool:
        """False: there is no such account. Who is logged in with it is logged out within seconds."""
        note = self._proven(Act.DISABLE_ACCOUNT if disabled else Act.ENABLE_ACCOUNT, staff_number, proofs)
        url, now = self._config.store.url, self._clock.now_ms()
        known = accounts.disable_account(url, staff_number, now, disabled=disabled)
        self._note(note if known else replace(note, refused="no_account"))
        return known

    def people(self) -> list[Dispatcher]:
        return sorted(self._desk.people(), key=lambda person: person.staff_number)

    def register(self, person: Dispatcher, proofs: tuple[Proof, Proof] | None) -> None:
        """Add a person or change name, roles and the rest; the hub does it, as soon as it runs.

        A known staff number keeps its id.
        """
        note = self._proven(Act.REGISTER_PERSON, person.staff_number, proofs)
        known = {one.staff_number: one for one in self._desk.people()}.get(person.staff_number)
        person = replace(person, id=known.id if known else new_id())
        self._desk.put(new_id(), self._clock.now_ms(), RegisterDispatcher(person))
        self._note(replace(note, remark=", ".join(sorted(person.roles))))

    # --- lists ------------------------------------------------------------------------------------

    def is_seat_listed(self, machine: Machine) -> bool:
        """Whether anybody can log in at this seat. True while there are no lists at all."""
        floor = self._desk.floor()
        return not floor.seats or seat_id_of(machine, floor) in floor.seats

    def unlisted(self, commands: Sequence[Command]) -> NewRows:
        """What of these lists the store does not have, or has with other words."""
        return new_rows(self._desk.floor(), commands, self._clock.now_ms())

    def register_lists(self, found: NewRows, proofs: tuple[Proof, Proof] | None) -> None:
        """Leave every row for the hub, which registers them as soon as it runs; nothing is ever removed."""
        note = self._proven(Act.REGISTER_LISTS, f"{len(found.rows)}", proofs)
        now = self._clock.now_ms()
        self._desk.put_in_order(now, [Pending(new_id(), row.command) for row in found.rows])
        self._note(replace(note, remark=_in_short([row.key for row in found.rows])))

    # --- two people -------------------------------------------------------------------------------

    def _proven(self, act: Act, subject: str, proofs: tuple[Proof, Proof] | None) -> NoteAdministration:
        """The note of a change these two may make. Raises NotDoneError, and notes that too."""
        note = NoteAdministration(act, subject, where=platform.node())
        if proofs is None:
            if self.is_first_start():
                return replace(note, remark="first start")
            raise self._refused(note, "second_person", "须两人以工号和口令确认", "two people have to confirm")
        note = replace(note, first=proofs[0].staff_number, second=proofs[1].staff_number)
        people = {person.staff_number: person for person in self._desk.people()}
        for proof in proofs:
            reason, _ = self._accounts.check(proof.staff_number, proof.password, self._clock.steady_ms())
            if reason:
                raise self._refused(
                    note,
                    "wrong_password",
                    f"{proof.staff_number} 的口令不对或账号已停用",
                    "wrong password or disabled account",
                )
        if administration_refused(people.get(note.first), people.get(note.second)) is not None:
            raise self._refused(
                note,
                "not_allowed",
                "第一人须为系统管理员，第二人须为另一位管理员、班长或科长",
                "the first has to be an administrator, the second another one or a leader",
            )
        return note

    def _refused(self, note: NoteAdministration, word: str, zh: str, en: str) -> NotDoneError:
        self._note(replace(note, refused=word))
        return NotDoneError(word, zh, en)

    def _note(self, note: NoteAdministration) -> None:
        where = note.where or platform.node()
        self._desk.put(new_id(), self._clock.now_ms(), replace(note, where=where))


def _in_short(keys: list[str]) -> str:
    """The first of them by name: the journal has every row by itself."""
    more = f" +{len(keys) - NAMED_MAX}" if len(keys) > NAMED_MAX else ""
    return ", ".join(keys[:NAMED_MAX]) + more


def fingerprint_of(machine: Machine) -> str:
    """What the screen of this machine shows for itself."""
    return fingerprint(machine.public_key, machine.sign_key)
