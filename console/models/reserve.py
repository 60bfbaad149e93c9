"""Reserve seats as the shift leader sees them: who could be called, who was, how far each seat has come.

Pure words and rows; the wall and the seats show the same ones.
"""

from msgspec import Struct

from console.i18n import say
from console.models.ages import age, clock, span
from console.models.labels import site_name, word
from dispatch.activation import faults, held_by, running, running_turn, shortfall, stage_of, to_call_out
from dispatch.floor import Floor
from dispatch.kinds import CallOutAnswer, CheckItem, CheckResult, ReserveRole, ReserveStage, SeatKind
from dispatch.reserve import Activation, Check, SeatTurn
from dispatch.words import Dispatcher, Incident, Seat

SHAPES = {"ok": "●", "warning": "▲", "fault": "■", "quiet": "○", "info": "◆"}
TEST_OLD_MS = 25 * 3600 * 1000


class Plan:
    """What is being prepared: seats with their roles. Kept while the panel is closed."""

    def __init__(self) -> None:
        self.roles: dict[str, ReserveRole] = {}
        self.drill = False

    def toggle(self, seat_id: str) -> None:
        """In, or out again."""
        if self.roles.pop(seat_id, None) is None:
            self.roles[seat_id] = ReserveRole.FULL

    def set_role(self, seat_id: str, role: ReserveRole) -> None:
        """Chosen, in this role."""
        self.roles[seat_id] = role


class SeatRow(Struct, frozen=True):
    """A reserve seat to choose. `tone` and `lamp` say how its last test or its activation stands."""

    id: str
    number: str
    site: str
    tone: str
    lamp: str
    who: str
    chosen: bool
    role: str
    free: bool


class TurnRow(Struct, frozen=True):
    """A seat of an activation with its steps: what each took from the order on, "" not yet."""

    id: str
    number: str
    role: str
    tone: str
    stage: str
    shown: str
    seen: str
    ready: str
    first_call: str
    wrong: str


class CallRow(Struct, frozen=True):
    """A person called out, or who could be."""

    id: str
    name: str
    phone: str
    tone: str
    answer: str
    at: str
    called: bool


class BackRow(Struct, frozen=True):
    """An incident a seat that stands down still holds: somebody has to take it over."""

    id: str
    number: str
    address: str
    seat: str


class CheckRow(Struct, frozen=True):
    """An item of the readiness check."""

    id: str
    name: str
    tone: str
    result: str
    found: str
    cure: str


class Clocks(Struct, frozen=True):
    """From the order on: running or stopped. `ready` is "2/3"."""

    since: str
    first: str
    last: str
    ready: str
    first_done: bool
    last_done: bool


def reserve_seats(floor: Floor) -> list[Seat]:
    """All reserve seats, by site and number."""
    found = [seat for seat in floor.seats.values() if seat.kind is SeatKind.RESERVE]
    return sorted(found, key=lambda seat: (seat.site, seat.number))


def seat_rows(floor: Floor, plan: Plan, now: int) -> list[SeatRow]:
    """Every reserve seat with its lamp."""
    rows = []
    for seat in reserve_seats(floor):
        found = running_turn(floor, seat.id)
        tone, lamp = _turn_lamp(found[1]) if found else _test_lamp(seat, now)
        person = floor.dispatchers.get(seat.dispatcher_id or "")
        role = found[1].role if found else plan.roles.get(seat.id)
        rows.append(
            SeatRow(
                seat.id, seat.number, site_name(floor, seat.site), tone, lamp,
                person.name if person else "–", seat.id in plan.roles and found is None,
                word(role) if role else "", found is None,
            )
        )  # fmt: skip
    return rows


def _test_lamp(seat: Seat, now: int) -> tuple[str, str]:
    test = seat.self_test
    if test is None:
        return "quiet", say("未自检")
    if now - test.at > TEST_OLD_MS:
        return "warning", say("自检已过 {age}", age=age(test.at, now))
    red = [word(one.item) for one in test.checks if one.result is CheckResult.FAULT]
    if red:
        return "fault", say("自检不合格：{items}", items="、".join(red))
    return "ok", say("自检合格 {at}", at=clock(test.at)[:5])


def _turn_lamp(turn: SeatTurn) -> tuple[str, str]:
    stage = stage_of(turn)
    tones = {ReserveStage.READY: "ok", ReserveStage.STANDING_DOWN: "warning"}
    return tones.get(stage, "info"), word(stage)


def turn_rows(floor: Floor, activation: Activation) -> list[TurnRow]:
    """The seats of an activation in the order they were chosen."""
    return [_turn_row(floor, activation, turn) for turn in activation.seats]


def _turn_row(floor: Floor, activation: Activation, turn: SeatTurn) -> TurnRow:
    def took(at: int | None) -> str:
        return "" if at is None else span((at - activation.ordered_at) / 1000)

    seat = floor.seats.get(turn.seat_id)
    red = faults(turn) if turn.ready_at is None else []
    tone, stage = _turn_lamp(turn)
    wrong = "；".join(f"{word(one.check.item)} {one.check.found}" for one in red)
    if turn.override:
        wrong = say("带故障放行：{why}", why=turn.override)
    if stage_of(turn) is ReserveStage.STANDING_DOWN:
        held = held_by(floor, turn.seat_id)
        wrong = say(
            "待交还 {n} 起，未完受理 {m}，通话 {k}",
            n=len(held.incident_ids),
            m=len(held.intake_ids),
            k=len(held.call_ids),
        )
    return TurnRow(
        turn.seat_id, seat.number if seat else turn.seat_id, word(turn.role), "fault" if red else tone, stage,
        took(turn.shown_at), took(turn.seen_at), took(turn.ready_at), took(turn.first_call_at), wrong,
    )  # fmt: skip


def clocks(activation: Activation, now: int) -> Clocks:
    """How long since the order, to the first and to the last ready seat."""
    ready = [turn.ready_at for turn in activation.seats if turn.ready_at is not None]
    wanted = [turn for turn in activation.seats if turn.ready_at is not None or turn.standing_down_at is None]
    done = len(ready) == len(wanted) and bool(ready)
    running_span = age(activation.ordered_at, activation.ended_at or now)
    waiting = running_span if activation.ended_at is None else say("未就绪")
    first = span((min(ready) - activation.ordered_at) / 1000) if ready else waiting
    last = span((max(ready) - activation.ordered_at) / 1000) if done else waiting
    return Clocks(running_span, first, last, f"{len(ready)}/{len(activation.seats)}", bool(ready), done)


def shown_activation(floor: Floor) -> Activation | None:
    """The one to look at: the newest that runs, else the newest that ended."""
    now_running = running(floor)
    if now_running:
        return now_running[-1]
    return max(floor.activations.values(), key=lambda one: one.ordered_at, default=None)


def call_rows(floor: Floor, activation: Activation | None, plan: Plan, now: int) -> list[CallRow]:
    """People of an activation, then who else could be called to its sites (or those of the plan)."""
    rows = []
    goes_on = activation is not None and activation.ended_at is None
    called = activation.called_out if activation is not None and goes_on else ()
    for one in called:
        person = floor.dispatchers.get(one.dispatcher_id)
        if person is not None:
            at = clock(one.answered_at or one.called_at)
            words, tone = f"{word(one.answer)} {one.remark}".strip(), _TONES[one.answer]
            seat = next((it for it in floor.seats.values() if it.dispatcher_id == person.id), None)
            if seat is not None:
                words, tone = say("已到岗 {seat} 台", seat=seat.number), "ok"
            rows.append(_call_row(person, tone, words, at, called=True))
    known = {one.dispatcher_id for one in called}
    seats = [turn.seat_id for turn in activation.seats] if activation and goes_on else []
    seats += plan.roles
    sites = frozenset(floor.seats[key].site for key in seats if key in floor.seats)
    for person in to_call_out(floor, sites, now):
        if person.id not in known:
            words = say("备勤") if person.on_call else say("可呼叫")
            rows.append(_call_row(person, "quiet", words, "", called=False))
    return rows


_TONES = {
    CallOutAnswer.CALLED: "warning",
    CallOutAnswer.COMING: "ok",
    CallOutAnswer.DECLINED: "fault",
    CallOutAnswer.NO_ANSWER: "fault",
}


def _call_row(person: Dispatcher, tone: str, answer: str, at: str, *, called: bool) -> CallRow:
    return CallRow(person.id, person.name, person.phone, tone, answer, at, called)


def shortfall_words(floor: Floor, activation: Activation) -> str:
    """How many people are missing, "" when none is."""
    missing = shortfall(floor, activation)
    return say("缺 {n} 人", n=missing) if missing and activation.ended_at is None else ""


def back_rows(floor: Floor) -> list[BackRow]:
    """What seats that stand down still hold, oldest first."""
    rows: list[tuple[Incident, BackRow]] = []
    for activation in running(floor):
        for turn in activation.seats:
            if stage_of(turn) is not ReserveStage.STANDING_DOWN:
                continue
            seat = floor.seats.get(turn.seat_id)
            for key in held_by(floor, turn.seat_id).incident_ids:
                it = floor.incidents[key]
                number = it.number.rsplit("-", 1)[-1]
                rows.append((it, BackRow(it.id, number, it.place.address, seat.number if seat else "")))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0].opened_at)]


def check_rows(checks: dict[CheckItem, Check], *, calm: bool) -> list[CheckRow]:
    """All items in their order; one that is still being checked says so."""
    rows = []
    for item in CheckItem:
        if calm and item is CheckItem.PERSON:
            continue
        one = checks.get(item)
        if one is None:
            rows.append(CheckRow(item.value, word(item), "quiet", say("检查中"), "", ""))
        else:
            tone = {"ok": "ok", "warning": "warning", "fault": "fault"}[one.result]
            rows.append(CheckRow(item.value, word(item), tone, word(one.result), one.found, one.cure))
    return rows


def by_whom(floor: Floor, activation: Activation) -> str:
    """Who ordered it, with the second person."""
    first = floor.dispatchers.get(activation.dispatcher_id or "")
    second = floor.dispatchers.get(activation.second_id or "")
    names = [person.name for person in (first, second) if person is not None]
    return " / ".join(names) or say("中枢")


def kind_words(activation: Activation) -> str:
    return say("演练") if activation.drill else say("真实启用")


def urgency(floor: Floor) -> tuple[str, str]:
    """平 or 急 as every screen shows it, with its tone; a drill says so."""
    found = running(floor)
    if any(not activation.drill for activation in found):
        return say("急"), "fault"
    return (say("演练"), "command") if found else (say("平"), "")


def wall_line(floor: Floor, now: int) -> str:
    """The newest running activation in one line for the wall, "" when all is calm."""
    found = running(floor)
    if not found:
        return ""
    activation = found[-1]
    shown = clocks(activation, now)
    line = say(
        "{kind}　{reason}　就绪 {ready}　首席 {first}　全部 {last}",
        kind=kind_words(activation),
        reason=activation.reason,
        ready=shown.ready,
        first=shown.first,
        last=shown.last,
    )
    return f"{line}　{shortfall_words(floor, activation)}".strip()
