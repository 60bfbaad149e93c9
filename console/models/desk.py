"""What this seat is doing. Every message of hub, telephone and navigator enters by `take`, every order leaves
by `give`. The window draws what `changes` says has changed; nothing here knows Qt, waits or reads a clock.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from console.models import authorising, distribution, latest, linked, look_ups, navigated, spelling, verdicts
from console.models.call_news import tell
from console.models.following import dispatched, follow, refit
from console.models.forms import Forms
from console.models.hub_alarms import HubAlarms
from console.models.island import Islands
from console.models.keeping import Begun, Kept
from console.models.line import Line
from console.models.modes import Standing, Watch
from console.models.notices import Notices
from console.models.people import leave_supervised, log_in_again, welcome
from console.models.readiness import Readiness, Setup
from console.models.reserve import Plan
from console.models.sounding import Sounding
from console.models.state import TOPICS_OF, Hand, Notice, Pending, Person, Topic
from console.models.travelling import Travelling
from console.models.unsigned import Unsigned, is_held
from console.models.whereabouts import Whereabouts
from console.ports import (
    Expired,
    FloorLoaded,
    Happened,
    HubMessage,
    HubPort,
    Link,
    LogInAnswered,
    LogInNeeded,
    Moved,
    NavigatorMessage,
    NavigatorPort,
    NavigatorState,
    Suggestions,
    VerdictCame,
)
from dispatch import commands as cmd
from dispatch.alarms import Alarm, overdue
from dispatch.apply import apply
from dispatch.floor import Floor, Ref
from dispatch.kinds import Direction, IncidentType, IntakeOutcome
from dispatch.recommend import Recommendation
from dispatch.rights import may
from dispatch.words import Form, Incident, Intake, Mission
from store.core.command_messages import CommandAnswer, Evidence
from store.core.ids import new_id
from telephony import messages as phone
from telephony.port import PhonePort

LATEST_MAX = 200
ALARMS_EVERY_MS = 1_000


class Desk:
    """One seat. `clock`: ms since 1970 UTC; `keep` takes the crash copy, says why the last failed."""

    def __init__(
        self,
        hub: HubPort,
        phone_port: PhonePort,
        navigator: NavigatorPort,
        clock: Callable[[], int],
        keep: Callable[[Kept], str] = lambda kept: "",
        kept: Kept | None = None,
        setup: Setup = Setup(),
    ) -> None:
        self.hub, self.phone, self.navigator, self.clock = hub, phone_port, navigator, clock
        self.floor, self.line = Floor(), Line()
        self.forms = Forms(self.give)
        self.forms.open = False
        self.unsigned: list[Unsigned] = []
        self.types: dict[str, IncidentType] = {}
        """Chosen for intakes that are no incident yet."""
        self.person: Person | None = None
        self.link, self.modes, self.islands = Link(), Watch(), Islands()
        self.hand, self.travel = Hand(), Travelling()
        self.begun: dict[str, Begun] = {}
        self.pending: dict[str, Pending] = {}
        self.positions: dict[str, Moved] = {}
        self.navigating = NavigatorState(running=False)
        self.suggestions = Suggestions("", ())
        self.spelling = spelling.Spelling()
        self.latest: deque[latest.Line] = deque(maxlen=LATEST_MAX)
        self.notices = Notices()
        self.alarms: tuple[Alarm, ...] = ()
        self.hub_alarms = HubAlarms()
        self.wants_second: cmd.Command | None = None
        self.log_in_answer: LogInAnswered | None = None
        self.authorising: authorising.Authorising | None = None
        self.readiness = Readiness(self, setup)
        self.sounding = Sounding(self)
        self.plan = Plan()
        self.distribution = distribution.Distribution(self, setup.wrap_up_s)
        self.whereabouts = Whereabouts()
        self.keeping_fault = ""
        self._keep = keep
        self._loaded = False
        self.finishing: set[str] = set()
        self._opening: dict[str, str] = {}
        self._changes: set[Topic] = set(Topic)
        self._alarms_at = 0
        if kept is not None:
            self._restore(kept)

    # --- orders ------------------------------------------------------------------------------------

    def give(self, command: cmd.Command, second: bytes = b"") -> str:
        """Send an order; its verdict comes later. Without anybody to give it, it waits (see `unsigned`)."""
        if is_held(command) and not self.may(type(command)):
            self.unsigned.append(Unsigned(command, self.clock() - self.link.clock_ms))
            self.save()
            return ""
        return self.send(command, second)

    def send(self, command: cmd.Command, second: bytes = b"", at: int | None = None) -> str:
        """Give an order now, as given `at` by this machine's clock (None: now)."""
        cid = self.hub.order(command, second, at)
        self.pending[cid] = Pending(command, self.clock())
        self.changed(Topic.STATUS, Topic.MISSIONS)
        return cid

    def may(self, command: type) -> bool:
        """True when somebody is logged in here who may give this order."""
        return self.person is not None and may(self.person.roles, command)

    def notice(self, what: str, do: str = "", verb: str | None = None, *, grave: bool = True) -> None:
        """Tell the dispatcher; never a window of its own."""
        self.notices.append(Notice(self.clock(), what, do, verb, grave))
        self.changed(Topic.NOTICE)

    def changed(self, *topics: Topic) -> None:
        self._changes.update(topics)

    def own_seat_id(self) -> str:
        """The seat this machine is, "" while the hub has not said."""
        return (self.person.seat_id if self.person else None) or self.link.seat_id

    def changes(self) -> set[Topic]:
        """What changed since the last call."""
        changes, self._changes = self._changes, set()
        return changes

    # --- what comes in -----------------------------------------------------------------------------

    def take(self, message: HubMessage | NavigatorMessage | phone.AnyEvent) -> None:
        """Any message, in the order it came."""
        handler = _HANDLERS.get(type(message))
        if handler is None:
            self._heard_phone(message)  # type: ignore[arg-type]  # no other kind is left
        else:
            handler(self, message)

    def _floor_loaded(self, message: FloorLoaded) -> None:
        self.floor = message.floor
        self.changed(*Topic)
        self._loaded = True
        self.forms.again(self.floor)
        refit(self)
        self._open_forms()
        self._end_dispatched()

    def _open_forms(self) -> None:
        """Typed text goes out only under somebody's name, and to a floor we have seen."""
        self.forms.open = self._loaded and self.may(cmd.ChangeIntake)

    def _happened(self, message: Happened) -> None:
        for event in message.events:
            self._touched(apply(self.floor, event))
            line = latest.line(event, self.floor, self.clock())
            if line is not None:
                self.latest.append(line)
                self.changed(Topic.LATEST)
            follow(self, event)
        self.forms.on_time(self.floor, 0)
        self._end_dispatched()
        self.readiness.on_time(self.clock())

    def _touched(self, refs: tuple[Ref, ...]) -> None:
        self.distribution.unanswered.take(refs)
        for table, _key in refs:
            self.changed(*TOPICS_OF.get(table, ()))

    def _end_dispatched(self) -> None:
        for intake_id in dispatched(self):
            self.finishing.add(intake_id)
            self.give(cmd.EndIntake(intake_id, IntakeOutcome.DISPATCHED))

    def standing(self, now: int) -> Standing:
        """How everything stands, for the banners."""
        held, noted = len(self.unsigned), self.hub_alarms.noted
        return Standing(self.link, self.floor, now, held, self.modes.ages(), noted)

    def _logged_in(self, message: LogInAnswered) -> None:
        if authorising.logged_in(self, message):
            return
        self.log_in_answer = message
        self.changed(Topic.STATUS)

    def sit_down(self, answer: LogInAnswered) -> None:
        """The person of this answer works here from now on."""
        assert answer.dispatcher_id is not None
        self.person = Person(answer.dispatcher_id, answer.seat_id, answer.roles, answer.token)
        self.changed(*Topic)
        self.forms.again(self.floor)
        self._open_forms()
        welcome(self)
        self.sounding.remind()

    def stand_up(self, *, lock: bool = False, silent: bool = False) -> None:
        """Log out: calls and drafts stay. `lock`: the seat stays logged in; `silent`: nothing is ordered."""
        if lock:
            self.forms.flush_all(self.floor)
        elif self.person and self.person.seat_id and not silent:
            self.give(cmd.LogOut(self.person.seat_id))
        self.person = None
        leave_supervised(self)
        self._open_forms()
        self.changed(*Topic)

    def _heard_phone(self, event: phone.AnyEvent) -> None:
        if self.sounding.take(event):
            return
        for command in self.line.take(event):
            self.give(command)
        if isinstance(event, phone.LineProbed):
            self.readiness.on_probed(event)
        self.changed(Topic.CALLS, Topic.STATUS, Topic.FORM)
        if isinstance(event, phone.CallAnswered):
            call = self.line.calls.get(event.call_id)
            inbound = call is not None and call.direction is Direction.INBOUND
            if call is not None and inbound and call.id not in self.line.intercom:
                self.begin_intake(call.id, call.number)
        self.distribution.heard(event)
        tell(self, event)

    # --- in hand -----------------------------------------------------------------------------------

    def begin_intake(self, call_id: str | None, number: str) -> str:
        """Open a form, for a call or by hand, and take it in hand."""
        intake_id = new_id()
        self.begun[intake_id] = Begun(call_id, number, self.clock())
        self.give(cmd.BeginIntake(intake_id, call_id))
        self.take_in_hand(intake_id=intake_id)
        self.hand.fresh = True
        return intake_id

    def take_in_hand(self, *, intake_id: str | None = None, incident_id: str | None = None) -> None:
        """Show this intake, or this incident with its first intake; None for both clears the middle."""
        if incident_id is not None and incident_id in self.floor.incidents:
            mine = self.floor.incidents[incident_id].intake_ids  # none once it was merged into another
            intake_id = mine[0] if mine else None
        intake = self.floor.intakes.get(intake_id or "")
        if incident_id is None and intake is not None:
            incident_id = intake.incident_id
        self.hand = Hand(intake_id, incident_id, self._mission_of(incident_id))
        self.travel.forget()
        self.changed(Topic.FORM, Topic.ADVICE, Topic.MISSIONS, Topic.INCIDENTS, Topic.CALLS, Topic.VEHICLES)
        self.changed(Topic.POSITIONS, Topic.PLACE)
        self.save()

    def _mission_of(self, incident_id: str | None) -> str | None:
        running = [mission for mission in self.missions_of(incident_id) if mission.active]
        return running[-1].id if running else None

    def missions_of(self, incident_id: str | None) -> list[Mission]:
        """The missions of an incident, oldest first."""
        incident = self.floor.incidents.get(incident_id or "")
        return [self.floor.missions[key] for key in incident.mission_ids] if incident else []

    def intake(self) -> Intake | None:
        """The intake in hand as the hub knows it; None when it does not (yet)."""
        return self.floor.intakes.get(self.hand.intake_id or "")

    def incident(self) -> Incident | None:
        return self.floor.incidents.get(self.incident_id() or "")

    def incident_id(self) -> str | None:
        """The incident in hand, also while its opening is under way."""
        return self.hand.incident_id or self.incident_of(self.hand.intake_id or "")

    def incident_of(self, intake_id: str) -> str | None:
        """The incident of this intake, also while its opening is under way."""
        intake = self.floor.intakes.get(intake_id)
        return (intake.incident_id if intake else None) or self._opening.get(intake_id)

    def open_incident(self, intake_id: str) -> str:
        """Make an incident of this intake, of the type chosen for it; returns its id."""
        incident_id = self._opening[intake_id] = new_id()
        self.give(cmd.OpenIncident(incident_id, intake_id, self.type_of(intake_id)))
        return incident_id

    def type_of(self, intake_id: str | None) -> IncidentType:
        """The type of the incident in hand, or the one chosen for this intake."""
        incident = self.incident()
        return incident.type if incident else self.types.get(intake_id or "", IncidentType.ON_SCENE)

    def opened(self, intake_id: str) -> None:
        """The hub has opened it, or will not."""
        self._opening.pop(intake_id, None)
        if intake_id in self.floor.intakes and self.floor.intakes[intake_id].incident_id:
            self.types.pop(intake_id, None)

    def call_id(self) -> str | None:
        """The call of the intake in hand."""
        intake = self.intake()
        begun = self.begun.get(self.hand.intake_id or "")
        return intake.call_id if intake else begun.call_id if begun else None

    def form(self) -> Form:
        """The form in hand with what was typed laid over it; a blank one when nothing is in hand."""
        return self.form_of(self.hand.intake_id) if self.hand.intake_id else Form()

    def form_of(self, intake_id: str) -> Form:
        """The form of this intake as its typist here sees it."""
        begun = self.begun.get(intake_id)
        blank = Form(contact_phone=begun.number if begun else "")
        return self.forms.shown(self.floor, intake_id, blank)

    def type(self, seen_rev: int | None = None, /, **values: Any) -> None:
        """The dispatcher set these fields of the form in hand, looking at revision `seen_rev`."""
        if self.hand.intake_id is None:
            return
        place = values.get("place")
        if place is not None and place.point != self.form().place.point:
            self.travel.forget()
        self.forms.type(self.floor, self.hand.intake_id, values, self.clock(), seen_rev)
        self.changed(Topic.STATUS)
        if values.keys() & {"place", "severity", "infectious", "needs"}:
            self.changed(Topic.ADVICE, Topic.PLACE)
        self.save()

    # --- with time ---------------------------------------------------------------------------------

    def on_time(self) -> None:
        """Autosave, alarms, travel times; call it some times a second."""
        now = self.clock()
        self.changed(*self.notices.fade(now))
        self.forms.on_time(self.floor, now)
        authorising.on_time(self)
        look_ups.on_time(self)
        self.readiness.on_time(now)
        self.distribution.on_time(now)
        if now - self._alarms_at >= ALARMS_EVERY_MS:
            self._alarms_at = now
            alarms = overdue(self.floor, now, kept=self.distribution.unanswered)
            if alarms != self.alarms:
                self.alarms = alarms
                self.changed(Topic.ALARMS)
        self.travel.ask(self.navigator, self.floor, self.hand, self.form().place.point, self.positions, now)

    def advise(self) -> Recommendation:
        """Work out the list anew and keep the chosen vehicle."""
        return self.travel.advise(self.floor, self.hand, self.form(), self.positions, self.clock())

    @property
    def recommendation(self) -> Recommendation:
        """The list as last worked out."""
        return self.travel.recommendation

    # --- the crash copy ----------------------------------------------------------------------------

    def save(self) -> None:
        """Hand the crash copy to its keeper."""
        known, hand = self.floor.intakes, self.hand
        self.begun = {key: begun for key, begun in self.begun.items() if key not in known}
        self.keeping_fault = self._keep(
            Kept(hand.intake_id, hand.incident_id, self.begun, self.forms.unsent(), self.unsigned, self.types,
                 self.islands.seen)
        )  # fmt: skip

    def _restore(self, kept: Kept) -> None:
        """At once, hub or no hub: from now on the crash copy is written anew."""
        self.begun |= kept.begun
        self.unsigned, self.types, self.islands.seen = [*kept.unsigned], {**kept.types}, [*kept.islands]
        self.forms.restore(kept.typed)
        if kept.intake_id or kept.incident_id:
            self.take_in_hand(intake_id=kept.intake_id, incident_id=kept.incident_id)


_HANDLERS: dict[type, Callable[[Desk, Any], None]] = {
    FloorLoaded: Desk._floor_loaded,
    Happened: Desk._happened,
    VerdictCame: verdicts.settle,
    Expired: verdicts.expired,
    LogInNeeded: log_in_again,
    Link: linked.link,
    LogInAnswered: Desk._logged_in,
    **navigated.HANDLERS,
    Evidence: authorising.evidence_came,
    CommandAnswer: authorising.answered,
    **look_ups.HANDLERS,
    **distribution.HANDLERS,
}
