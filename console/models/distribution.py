"""What this seat tells whoever distributes the calls (its state), and what it hears: the queue, who gave up.

The state follows the telephone by `telephony.acd.standing`; each change goes to the exchange at once and to
the hub as an order. Every seat sees the queue; the first of those logged in reports it, the next ones only
when it does not: a report that says nothing new makes no event.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from console.i18n import say
from console.models.latest_distribution import set_by, state_words
from console.models.state import Topic
from console.ports import HubMode
from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.decide_distribution import SEEN_AGAIN_MS, is_recorded
from dispatch.distribution import Queue, ReportGaveUp, ReportQueue, names_of, queue_id
from dispatch.kinds import SeatKind, SeatState
from dispatch.missed import Missed, MissedList
from dispatch.words import Call
from telephony import messages as phone
from telephony.acd import port as acd
from telephony.acd.links import NoLink
from telephony.acd.reports import gave_up, queued_calls
from telephony.acd.standing import Happening, Standing, after, wrap_up_is_over

if TYPE_CHECKING:
    from console.models.desk import Desk

REPORT_MS = 1_000
"""The queue is told at most so often."""
TURN_MS = 2_000
"""How much longer each next seat waits for one before it to report."""
TURNS_MAX = 5
AGAIN_MS = 10_000
"""A state the hub does not show is told again after this."""
GAVE_UP_MAX = 200
AWAY_FROM_HUB = frozenset({HubMode.CUT_OFF, HubMode.CITY_CUT_OFF, HubMode.REVOKED, HubMode.NOT_ENROLLED})
S = SeatState


class Distribution:
    """One seat's. `link` is set by whoever owns the telephone; times are the desk's."""

    def __init__(self, desk: "Desk", wrap_up_s: int) -> None:
        self.link: acd.AcdLink = NoLink()
        self.standing = Standing()
        self.picture: acd.QueuePicture | None = None
        self.link_up, self.link_reason = False, ""
        self.chosen_missed = ""
        """The missed call somebody picked in the list."""
        self.chosen_seat = ""
        """The seat somebody presses in the list, to set its state."""
        self._desk, self._wrap_up_ms = desk, wrap_up_s * 1000
        self._gave_up: dict[str, tuple[ReportGaveUp, int]] = {}
        self._seen_at = self._asked_at = self._reported_at = self._told_at = 0
        self._differs_since: int | None = None
        self._registered = False
        self.unanswered = MissedList(desk.floor)
        """Callers nobody answered. Whoever applies an event to the floor tells it what changed."""

    # --- the seat's state ----------------------------------------------------------------------------

    def ready(self) -> None:
        """Ends wrap-up, pause and absence. Where no hub lets anybody log in, calls come all the same."""
        if self.standing.state is S.LOGGED_OUT and self._desk.link.mode in AWAY_FROM_HUB and self._serves:
            self.link.set_state(S.READY)
            self._desk.notice(say("未登录也可接听：来电将送到本台"), grave=False)
        self._happened(Happening.READIED)

    def pause(self, reason: str) -> None:
        """From now on; during a call: after it."""
        if self.standing.state is S.PAUSED and reason != self.standing.reason:
            self._enter(Standing(S.PAUSED, self._desk.clock(), reason))
        self._happened(Happening.PAUSED, reason)

    def leave(self) -> None:
        self._happened(Happening.LEFT)

    @property
    def later(self) -> SeatState | None:
        """What a seat that talks has asked for, for after the call; None: to be ready again."""
        talks = self.standing.state is S.INTAKE and self.standing.then is not S.READY
        return self.standing.then if talks else None

    def wrap_up_left_s(self, now: int) -> int:
        """Seconds until the wrap-up ends by itself."""
        return max(0, -(-(self.standing.since_ms + self._wrap_up_ms - now) // 1000))

    def heard(self, event: phone.AnyEvent) -> None:
        """What the telephone says of calls and of its line."""
        match event:
            case phone.CallAnswered():
                self._follow_calls()
                self._got_through(event.call_id)
            case phone.CallEnded():
                self._follow_calls()
            case phone.LineState():
                if event.registered and not self._registered:
                    self._tell_link()  # the exchange may have forgotten, or never heard
                self._registered = event.registered
            case phone.PhoneDown():
                self._registered = False
                self._follow_calls()

    def _got_through(self, call_id: str) -> None:
        """A missed caller answers our call back: the form is of the call that was missed."""
        desk = self._desk
        call = desk.line.calls.get(call_id)
        lost = desk.floor.calls.get((call.call_back_of if call else None) or "")
        if lost is not None and lost.answered_at is None and lost.intake_id is None:
            desk.begin_intake(lost.id, lost.number)

    def _follow_calls(self) -> None:
        calls = self._desk.line.calls.values()
        talks = any(call.answered_at is not None and call.ended_at is None for call in calls)
        if talks:
            self._happened(Happening.TALKS)
        elif self.standing.state is S.INTAKE:
            self._happened(Happening.TALKED)
            self._end_wrap_up()

    def _end_wrap_up(self) -> None:
        if wrap_up_is_over(self.standing, self._desk.clock(), self._wrap_up_ms):
            self._happened(Happening.WRAPPED_UP)

    def _happened(self, happening: Happening, reason: str = "") -> None:
        old = self.standing
        new, changed = after(old, happening, self._desk.clock(), reason)
        skipped = changed is not None and changed.after is S.AFTER_CALL and self._wrap_up_ms == 0
        if changed is None or skipped:  # a wrap-up of no time is none
            self.standing = new
            self._desk.changed(Topic.STATUS)
        else:
            self._enter(new)

    def _enter(self, new: Standing) -> None:
        self.standing = new
        self._tell_link()
        self._tell_hub()
        self._desk.changed(Topic.STATUS)

    def _tell_hub(self) -> None:
        seat_id = self._desk.own_seat_id()
        if self._desk.person is not None and seat_id in self._desk.floor.seats:
            self._told_at = self._desk.clock()
            order = cmd.SetSeatState(seat_id, self.standing.state, self.standing.reason)
            self._desk.give(order)

    def on_service(self) -> None:
        """A reserve seat was put into service, or leaves it."""
        self._log_in()
        self._tell_link()

    @property
    def _serves(self) -> bool:
        """False: a reserve seat out of service. Whoever sits there, to the exchange it is logged out."""
        readiness = self._desk.readiness
        return readiness.in_service or not readiness.is_reserve()

    def _log_in(self) -> None:
        if self._serves and self.standing.state is not S.LOGGED_OUT:
            self.link.login()

    def _tell_link(self) -> None:
        if self.standing.state is S.LOGGED_OUT or not self._serves:
            self.link.logout()
        else:
            self.link.set_state(self.standing.state, self.standing.reason)

    # --- what the floor says ---------------------------------------------------------------------------

    def on_floor(self, event: ev.Event) -> None:
        """Our seat was logged in or out, somebody who may has set its state, or another rings back first."""
        own = self._desk.own_seat_id()
        match event:
            case ev.SeatLoggedIn() if event.seat_id == own:
                self.standing = Standing(S.READY, event.at)
                self._log_in()
                self._follow_calls()
            case ev.SeatLoggedOut() if event.seat_id == own:
                self.standing = Standing(S.LOGGED_OUT, event.at)
                self._tell_link()
            case ev.CallRang() if event.call.seat_id == own and event.call.call_back_of:
                self._give_way(event.call)
            case ev.SeatStateChanged() if event.seat_id == own and event.by_seat not in {None, own}:
                then = self.standing.then if event.state is S.INTAKE else S.READY
                self.standing = Standing(event.state, event.at, event.reason, then)
                self._tell_link()
                do = say("Ctrl+Shift+Y 就绪") if event.state in {S.PAUSED, S.AWAY} else ""
                what = say(
                    "{who} 把本席设为{state}", who=set_by(event, self._desk.floor), state=state_words(event)
                )
                self._desk.notice(what, do, "ready" if do else None, grave=bool(do))

    def _give_way(self, mine: Call) -> None:
        """Of two seats that ring one caller back at once the hub's first goes on, unless he took ours."""
        book, desk = self.unanswered.book, self._desk
        about = (call for call in book.about(book.number_of(mine)) if call.call_back_of)
        first = next((c for c in about if c.ended_at is None and c.seat_id != mine.seat_id), None)
        ours = desk.line.calls.get(mine.id)
        if first is None or ours is None or ours.answered_at is not None or ours.ended_at is not None:
            return
        seat = desk.floor.seats.get(first.seat_id or "")
        number = seat.number if seat else "–"
        desk.phone.hang_up(mine.id)
        what = say("{seat} 台先拨出了 {number}，本席这一路已挂断", seat=number, number=mine.number)
        desk.notice(what, grave=False)

    def refit(self) -> None:
        """A whole floor came: a seat that was logged in when this window began goes on as it was."""
        self.unanswered = MissedList(self._desk.floor)
        seat = self._desk.floor.seats.get(self._desk.own_seat_id())
        states = {self.standing.state, seat.state} if seat is not None else set()
        if seat is None or len(states) == 1 or S.LOGGED_OUT not in states:
            return
        self.standing = Standing(seat.state, seat.state_since, seat.state_reason)
        self._log_in()
        self._tell_link()
        self._follow_calls()

    def _agree(self, now: int) -> None:
        """The hub shows another state than ours: an order was lost, or given while nobody was logged in."""
        desk = self._desk
        seat = desk.floor.seats.get(desk.own_seat_id())
        waiting = any(isinstance(one.command, cmd.SetSeatState) for one in desk.pending.values())
        if seat is None or waiting or now - self._told_at < AGAIN_MS or not desk.may(cmd.SetSeatState):
            return
        ours = (self.standing.state, self.standing.reason)
        if S.LOGGED_OUT not in {seat.state, ours[0]} and (seat.state, seat.state_reason) != ours:
            self._tell_hub()

    def missed(self) -> tuple[Missed, ...]:
        """Callers nobody answered; who waits longest past his time comes first."""
        return self.unanswered.entries()

    # --- the queue -------------------------------------------------------------------------------------

    def take(self, fact: acd.AcdFact) -> None:
        """A fact of the link."""
        desk, now = self._desk, self._desk.clock()
        match fact:
            case acd.LinkChanged():
                self.link_up, self.link_reason = fact.up, fact.reason
                if fact.up:
                    self._tell_link()
            case acd.QueuePicture():
                self.picture, self._seen_at = fact, now
                desk.changed(Topic.CALLS)
            case acd.CallerGaveUp():
                order = gave_up(fact, desk.link.clock_ms)
                if len(self._gave_up) < GAVE_UP_MAX:
                    self._gave_up.setdefault(order.call_id, (order, now))
            case acd.OrderRefused(order="SetState" | "LogIn" | "LogOut"):
                self.link_up, self.link_reason = False, fact.reason
            case acd.OrderDone(order="SetState" | "LogIn" | "LogOut"):
                self.link_up, self.link_reason = True, ""
        desk.changed(Topic.STATUS)

    def on_time(self, now: int) -> None:
        """Wrap-up, asking and reporting; some times a second."""
        self._end_wrap_up()
        self._agree(now)
        if acd.Ability.QUEUE not in self.link.abilities:
            return
        turn = self._turn()
        if now - self._asked_at >= REPORT_MS * (1 + min(turn, TURNS_MAX)):
            self._asked_at = now
            self.link.queue_stats()
        if self._desk.link.mode not in AWAY_FROM_HUB:
            self._report_queue(now, turn)
            self._report_gave_up(now, turn)

    def _turn(self) -> int:
        """How many seats of our site report before this one."""
        floor, own = self._desk.floor, self._desk.floor.seats.get(self._desk.own_seat_id())
        if own is None:
            return TURNS_MAX
        there = [
            seat.number
            for seat in floor.seats.values()
            if seat.site == own.site and seat.kind is SeatKind.CITY and seat.state is not S.LOGGED_OUT
        ]
        before = sum(number < own.number for number in there)
        return before if own.number in there else len(there)

    def _report_queue(self, now: int, turn: int) -> None:
        mine = self.own_queue()
        if mine is None or now - self._seen_at > SEEN_AGAIN_MS:
            return
        known = self._desk.floor.queues.get(mine.id)
        same = known is not None and (known.depth, names_of(known)) == (mine.depth, names_of(mine))
        if (known is None and not mine.depth) or (
            known is not None and same and (not mine.depth or now - known.at < SEEN_AGAIN_MS)
        ):
            self._differs_since = None
            return
        if self._differs_since is None:
            self._differs_since = now
        if now - self._differs_since >= turn * TURN_MS and now - self._reported_at >= REPORT_MS:
            self._reported_at = now
            self._desk.give(ReportQueue(mine.name, mine.depth, mine.calls))

    def _report_gave_up(self, now: int, turn: int) -> None:
        for call_id, (order, heard_at) in list(self._gave_up.items()):
            same = self.unanswered.book.of(order.number)
            recorded = is_recorded(self._desk.floor, order, same)
            if recorded or now - heard_at >= turn * TURN_MS:
                del self._gave_up[call_id]
                if not recorded:
                    self._desk.give(order)

    def own_queue(self) -> Queue | None:
        """The queue as our own link tells it, in hub time; None without a picture or a seat."""
        picture, seat = self.picture, self._desk.floor.seats.get(self._desk.own_seat_id())
        if picture is None or seat is None:
            return None
        calls = queued_calls(picture, self._desk.link.clock_ms)
        key = queue_id(seat.site, picture.queue)
        return Queue(key, picture.queue, seat.site, self._seen_at, picture.depth, calls)

    def queues(self) -> list[Queue]:
        """Every queue anybody sees, as the hub has it; our own by our link while there is no hub."""
        found = dict(self._desk.floor.queues)
        mine = self.own_queue()
        if mine is not None and (self._desk.link.mode in AWAY_FROM_HUB or mine.id not in found):
            found[mine.id] = mine
        return sorted(found.values(), key=lambda queue: queue.id)


def _take(desk: "Desk", fact: Any) -> None:
    desk.distribution.take(fact)


HANDLERS: dict[type, Callable[["Desk", Any], None]] = dict.fromkeys(
    (acd.LinkChanged, acd.QueuePicture, acd.CallerGaveUp, acd.OrderDone, acd.OrderRefused), _take
)
