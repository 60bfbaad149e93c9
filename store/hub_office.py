"""The office of a hub: enrolment, what administrators did, and the signed heads of the journal.

Its thread reads and writes the store beside the writer, a little at a time, so that nothing of it keeps a
command waiting. The hub's loop calls `turn`; what the office wants done there waits until then.
"""

import contextlib
import functools
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from dispatch.administration import Act, NoteAdministration
from store.bus.clock import Clock
from store.bus.enrolment_door import EnrolmentDoor, Knocked
from store.config import Config
from store.core.audit import Place, signed_head
from store.core.enrolment import (
    Answer,
    Enrolled,
    InvitationState,
    Knock,
    NotEnrolled,
    Wait,
    decode_knock,
)
from store.core.hub_logic import HubLogic
from store.core.ids import new_id
from store.core.refusals_chain import MARK_ZERO
from store.core.roster import BadRoster, MachineRole, open_roster
from store.core.tally import Tally, Told
from store.core.wire import BadMessage, encode
from store.db.engine import place_of
from store.db.office import Desk, Pending
from store.head_file import keep_head
from store.hub_people import Checked

POLL_MS = 1000
HEAD_MS = 3_600_000
ORDER_MS_MAX = 3_600_000
WAITING_MAX = 64
NOTES_MAX = 1024
"""The newest stay: a store that is away for so long has other troubles."""
SUBJECT_MAX = 32
REFUSALS_MS = 600_000
SOURCES_MAX = 16
"""Wrong codes and passwords: one row a source at once, one with their number after so long."""

log = logging.getLogger(__name__)
Later = Callable[[], None]


class Office:
    """`turn` belongs to the hub's loop, everything after `_run` to the office's own thread."""

    def __init__(
        self, config: Config, door: EnrolmentDoor, logic: HubLogic, now: Callable[[], int], wake: Later
    ) -> None:
        self._config = config
        self._door = door
        self._logic = logic
        self._now = now
        self._wake = wake
        self._desk = Desk(config.store.url)
        self._keys = Path(config.keys.dir)
        self._inbox: queue.Queue[Callable[[], Later | None] | None] = queue.Queue(WAITING_MAX)
        self._done: deque[Later] = deque()
        self._given: set[str] = set()
        self._poll_at = 0
        self._head_at = 0
        self._signed = (-1, MARK_ZERO)
        self._said = ""
        self._steady = Clock().steady_ms
        self._locked = Tally(REFUSALS_MS, SOURCES_MAX)
        self._codes = Tally(REFUSALS_MS, SOURCES_MAX)  # of the office's own thread, as the next one
        self._notes: deque[tuple[int, NoteAdministration]] = deque(maxlen=NOTES_MAX)
        self._thread = threading.Thread(target=self._run, name="office", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        """The last head is signed before it ends."""
        self._submit(self._sign_head)
        with contextlib.suppress(queue.Full):  # the store hangs: the thread ends with the process
            self._inbox.put(None, timeout=deadline_s)
        self._thread.join(deadline_s)
        self._desk.close()

    def turn(self, steady: int) -> None:
        """Carry out what the thread found, hand it what is new."""
        while self._done:
            self._done.popleft()()
        for knocked in self._door.take(steady):
            self._submit(functools.partial(self._answer, knocked))
        if steady >= self._poll_at and not self._inbox.full():  # what is due is taken out once
            self._poll_at = steady + POLL_MS
            self._submit(functools.partial(self._look, self._locked.due(steady)))
        if steady >= self._head_at and not self._inbox.full():
            self._head_at = steady + HEAD_MS
            self._submit(self._sign_head)

    def on_checked(self, checked: Checked, steady: int) -> None:
        """Somebody tries passwords: a number is noted when it is locked, more of it as a summary."""
        number = checked.check.login.staff_number[:SUBJECT_MAX]
        if checked.reason != "locked":
            return
        where = self._locked.take(number, checked.check.origin.machine.name, steady)
        if where is not None:
            self._submit(functools.partial(self._note, _locked(number, where)))

    def _submit(self, job: Callable[[], Later | None]) -> None:
        if not self._inbox.full():
            self._inbox.put(job)

    def _give(self, pending: list[Pending], port: int) -> None:
        """What administrators left becomes orders of the hub; the door is open while somebody is invited."""
        self._door.set_open(port)
        self._given &= {order.id for order in pending}
        for order in pending:
            if order.id not in self._given:
                self._given.add(order.id)
                self._logic.enqueue_own(order.id, order.command, self._now(), ORDER_MS_MAX)

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while (job := self._inbox.get()) is not None:
            try:
                later = job()
            except Exception as error:  # noqa: BLE001 - the office outlives whatever one job breaks
                if repr(error) != self._said:
                    log.warning("office: %r", error)
                self._said = repr(error)
                continue
            self._said = ""
            if later is not None:
                self._done.append(later)
                self._wake()

    def _note(self, *notes: NoteAdministration) -> None:
        """What a store that fails does not take now waits for the next look."""
        self._notes += [(self._now(), note) for note in notes]
        while self._notes:
            self._desk.put(new_id(), *self._notes[0])
            self._notes.popleft()

    def _look(self, locked: list[Told]) -> Later:
        codes = self._codes.due(self._steady())
        self._note(
            *(_locked(told.what, told.source, told.count) for told in locked),
            *(_code_refused(told.what, told.source, told.count) for told in codes),
        )
        pending = self._desk.pending()
        port = self._config.hub.enrol_port if self._desk.is_any_invited(self._now()) else 0
        return functools.partial(self._give, pending, port)

    def _answer(self, knocked: Knocked) -> Later | None:
        try:
            knock = decode_knock(knocked.frame)
        except BadMessage as error:
            log.warning("door of enrolment: bad message: %s", error)
            return None
        same = knock.public_key == knocked.key
        answer = self._answer_to(knock, knocked.address) if same else NotEnrolled("wrong_code")
        return functools.partial(self._door.reply, knocked.route, encode(answer))

    def _answer_to(self, knock: Knock, address: str) -> Answer:
        found = self._desk.ask(knock, self._now())
        if isinstance(found, str):
            self._note_refusal(found, address)
            return NotEnrolled(found)
        hub_public = (self._keys / "hub.pub").read_text(encoding="ascii").strip()
        roster_public = (self._keys / "roster.pub").read_text(encoding="ascii").strip()
        machine = found.machine
        if found.state is not InvitationState.APPROVED:
            return Wait(hub_public, roster_public, machine.name, machine.role, machine.seat_id)
        sealed = (self._keys / "roster.json").read_bytes()
        try:
            machines = open_roster(sealed, roster_public).machines
        except BadRoster as error:
            log.warning("door of enrolment: roster: %s", error)
            return NotEnrolled("busy")
        if not any(known.public_key == machine.public_key for known in machines):
            return NotEnrolled("struck")
        near = [it for it in machines if it.role is MachineRole.RELAY and it.site == machine.site]
        relays = [it.address for it in near if it.address and it.name != machine.name]
        hubs = tuple(dict.fromkeys((*relays, *self._config.hub.hubs)))
        return Enrolled(machine.name, hub_public, roster_public, sealed, hubs, machine.site)

    def _note_refusal(self, reason: str, address: str) -> None:
        """Whoever reaches the door may try for as long as it is open: one row, then a number."""
        source = self._codes.take(reason, address, self._steady())
        if source is not None:
            log.warning("door of enrolment: %s, %s", reason, source)
            self._note(_code_refused(reason, source))

    def _sign_head(self) -> None:
        """Where the journal ends now, signed: nobody can cut it off before here unseen."""
        identity, head = self._logic.identity, self._logic.head
        ends = (head.seq, self._desk.refused())
        if ends == self._signed:
            return
        place = Place(self._desk.store_id(), place_of(self._config.store.url))
        signed = signed_head(identity.site, identity.epoch, head, self._now(), identity.sign, ends[1], place)
        keep_head(Path(self._config.store.dir) / "audit", signed)
        self._signed = ends


def _locked(number: str, where: str, more: int = 0) -> NoteAdministration:
    return NoteAdministration(Act.LOG_IN_LOCKED, number, refused="locked", where=where, remark=_times(more))


def _code_refused(reason: str, where: str, more: int = 0) -> NoteAdministration:
    return NoteAdministration(Act.CODE_REFUSED, "", refused=reason, where=where, remark=_times(more))


def _times(more: int) -> str:
    return f"+{more} in {REFUSALS_MS // 60_000} min" if more else ""
