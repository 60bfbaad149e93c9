"""What hands do about reserve seats: prepare, order, call out, release, stand down; the seat's own steps."""

from console.i18n import say
from console.models.asking import Ask, Choice
from console.models.desk import Desk
from console.models.labels import site_name, word
from console.models.reserve import reserve_seats, shown_activation
from dispatch import reserve_commands as cmd
from dispatch.activation import held_by, running, running_turn
from dispatch.commands import ReportCallEnded
from dispatch.kinds import CallOutAnswer, CallResult, CheckResult, ReserveRole
from dispatch.reserve import Activation, SeatOrder, SeatTurn
from dispatch.words import Seat
from store.core.ids import new_id

MINUTE_MS = 60_000
DRILL = "drill"
ALL = "all"

ROLE_WORDS = {
    **{role.value: role for role in ReserveRole},
    "受理派车": ReserveRole.FULL,
    "只受理": ReserveRole.ANSWER_ONLY,
    "受理": ReserveRole.ANSWER_ONLY,
    "只咨询": ReserveRole.CONSULT_ONLY,
    "咨询": ReserveRole.CONSULT_ONLY,
    "answer": ReserveRole.ANSWER_ONLY,
    "consult": ReserveRole.CONSULT_ONLY,
}


# --- ordering ------------------------------------------------------------------------------------


def prepare(desk: Desk, words: list[str]) -> None:
    """The words of a command line: seat numbers, `全部`, a role for those that follow."""
    role = ReserveRole.FULL
    numbers = {seat.number.lower(): seat for seat in reserve_seats(desk.floor)}
    if words:
        desk.plan.roles.clear()
    for one in words:
        if one in ROLE_WORDS:
            role = ROLE_WORDS[one]
        elif one in {"全部", "all"}:
            for seat in free_seats(desk):
                desk.plan.set_role(seat.id, role)
        elif one in numbers:
            desk.plan.set_role(numbers[one].id, role)
        else:
            desk.notice(say("没有储备席“{word}”", word=one), say("例如：/启用 D01 D02，或 /启用 只受理 全部"))
            desk.plan.roles.clear()
            return


def free_seats(desk: Desk) -> list[Seat]:
    """Reserve seats in calm."""
    return [seat for seat in reserve_seats(desk.floor) if running_turn(desk.floor, seat.id) is None]


def ask_activation(desk: Desk) -> Ask | None:
    """Why, and until when; the seats are those of the plan."""
    chosen = [seat for seat in free_seats(desk) if seat.id in desk.plan.roles]
    if not chosen:
        desk.notice(say("还没有选储备席"), say("在储备席面板选中坐席（空格），再下令"), "reserve")
        return None
    reasons = (
        ("surge", say("呼入激增")),
        ("major", say("重大突发事件")),
        ("short", say("中心席位不足")),
        ("centre", say("中心故障")),
        ("cover", say("重大活动保障")),
        (DRILL, say("演练（真实上岗）")),
        ("other", say("其他（写备注）")),
    )
    named = dict(reasons)
    numbers = "、".join(f"{seat.number} {word(desk.plan.roles[seat.id])}" for seat in chosen)

    def order(value: str, remark: str, minutes: int) -> None:
        words = say("演练") if value == DRILL else named[value]
        reason = remark if value == "other" else f"{words} {remark}".strip()
        _order(desk, chosen, reason, minutes, drill=value == DRILL)

    title = say("启用储备席 {numbers}：选择原因", numbers=numbers)
    choices = tuple(Choice(value, words) for value, words in reasons)
    return Ask(title, choices, order, minutes=0, minutes_words=say("分钟后到期（0 直至撤收）"))


def ask_drill(desk: Desk) -> Ask | None:
    """月度演练: every calm seat whose test is not red, one key."""
    seats = [
        seat
        for seat in free_seats(desk)
        if seat.self_test is None or all(one.result is not CheckResult.FAULT for one in seat.self_test.checks)
    ]
    if not seats:
        desk.notice(say("没有可演练的储备席"), say("都在启用中或自检不合格，请看储备席面板"), "reserve")
        return None
    sites = sorted({seat.site for seat in seats})

    def order(value: str, remark: str, minutes: int) -> None:
        wanted = [seat for seat in seats if value in {ALL, seat.site}]
        desk.plan.roles = {seat.id: desk.plan.roles.get(seat.id, ReserveRole.FULL) for seat in wanted}
        _order(desk, wanted, f"{say('月度演练')} {remark}".strip(), 0, drill=True)

    every = Choice(ALL, say("全部 {n} 席", n=len(seats)))
    each = tuple(Choice(site, site_name(desk.floor, site)) for site in sites)
    title = say("月度演练：席位真实上岗，来电和派车都是真的；启用不计统计，全程计时并出记录")
    return Ask(title, (every, *(each if len(sites) > 1 else ())), order)


def _order(desk: Desk, seats: list[Seat], reason: str, minutes: int, *, drill: bool) -> None:
    """Nobody is called yet: each is, and is noted as called, when their number is dialled."""
    now = desk.clock()
    desk.give(
        cmd.OrderActivation(
            new_id(),
            tuple(SeatOrder(seat.id, desk.plan.roles[seat.id]) for seat in seats),
            reason,
            drill,
            now + minutes * MINUTE_MS if minutes else None,
            map_mark=desk.readiness.setup.map_mark,
        )
    )
    desk.plan.roles.clear()


# --- while it runs -------------------------------------------------------------------------------


def ask_call_out(desk: Desk, dispatcher_id: str) -> Ask | None:
    """What to do about a person: ring them up, or say what they answered."""
    activation = shown_activation(desk.floor)
    person = desk.floor.dispatchers.get(dispatcher_id)
    if activation is None or activation.ended_at is not None or person is None:
        desk.notice(say("没有进行中的启用"), say("先下启用令，再呼叫人员"), "reserve")
        return None
    activation_id = activation.id

    def record(value: str, remark: str, minutes: int) -> None:
        if value == CallOutAnswer.CALLED.value and person.phone:
            desk.phone.dial(person.phone)
        desk.give(cmd.RecordCallOut(activation_id, dispatcher_id, CallOutAnswer(value), remark))

    choices = (
        Choice(CallOutAnswer.CALLED.value, say("拨打 {phone}", phone=person.phone or "–")),
        *(Choice(one.value, word(one)) for one in CallOutAnswer if one is not CallOutAnswer.CALLED),
    )
    return Ask(say("呼叫 {name} 到岗", name=person.name), choices, record)


def ask_release(desk: Desk, seat_id: str = "") -> Ask | None:
    """放行: into service with red items, for a reason in words. "": this seat, else the next that waits."""
    found = running_turn(desk.floor, seat_id or desk.own_seat_id()) or _first_waiting(desk)
    if found is None or found[1].ready_at is not None:
        desk.notice(say("没有等待放行的储备席"), say("只对自检未过的启用坐席放行"), "reserve")
        return None
    activation, turn = found
    seat = desk.floor.seats[turn.seat_id]
    red = "、".join(word(one.check.item) for one in turn.checked if one.check.result is CheckResult.FAULT)

    def release(value: str, remark: str, minutes: int) -> None:
        if not remark.strip():
            desk.notice(say("必须写明原因"), say("在备注栏写一句原因后再确认"))
            return
        desk.give(cmd.BecomeReady(activation.id, remark, turn.seat_id))

    title = say("{seat} 带故障放行（{red}），备注写原因", seat=seat.number, red=red or say("未检完"))
    return Ask(title, (Choice("release", say("放行上岗")),), release)


def _first_waiting(desk: Desk) -> tuple[Activation, SeatTurn] | None:
    for activation in running(desk.floor):
        for turn in activation.seats:
            if turn.ready_at is None and turn.standing_down_at is None:
                return activation, turn
    return None


def ask_stand_down(desk: Desk) -> Ask | None:
    """All seats in service, of whatever activation, or one; says what is to be handed back."""
    orders = running(desk.floor)
    if not orders:
        desk.notice(say("没有进行中的启用"), say("储备席都在平时状态"), "reserve")
        return None
    turns = [(one.id, turn) for one in orders for turn in one.seats if turn.standing_down_at is None]
    if not turns:
        for one in orders:
            _finish_for_them(desk, one)
        dead = [(one.id, turn.seat_id) for one in orders for turn in one.seats if _only_calls(desk, turn)]
        if dead:
            return _ask_dead(desk, dead)
        desk.notice(say("这些坐席已在撤收"), say("待交还的事件请逐起接管（Ctrl+T）"), "reserve")
        return None
    held = sum(len(held_by(desk.floor, turn.seat_id).incident_ids) for _, turn in turns)

    def order(value: str, remark: str, minutes: int) -> None:
        for one in orders:
            seats = tuple(
                turn.seat_id for key, turn in turns if key == one.id and value in {ALL, turn.seat_id}
            )
            if seats:
                desk.give(cmd.StandDown(one.id, seats))

    each = tuple(
        Choice(turn.seat_id, desk.floor.seats[turn.seat_id].number) for _, turn in turns if len(turns) > 1
    )
    title = say("撤收储备席：待交还事件 {n} 起，交还完才撤下", n=held)
    return Ask(title, (Choice(ALL, say("全部 {n} 席", n=len(turns))), *each), order, remark=False)


def _finish_for_them(desk: Desk, activation: Activation) -> None:
    """Seats that hold nothing leave by themselves; for one that is switched off somebody has to say it."""
    for turn in activation.seats:
        left = turn.stood_down_at is not None or turn.standing_down_at is None
        if not left and not held_by(desk.floor, turn.seat_id):
            desk.give(cmd.FinishStandDown(activation.id, turn.seat_id))


def _only_calls(desk: Desk, turn: SeatTurn) -> bool:
    """True when nothing but a call keeps a seat that stands down: a dead one never says that it ended."""
    held = held_by(desk.floor, turn.seat_id)
    leaving = turn.standing_down_at is not None and turn.stood_down_at is None
    return leaving and bool(held.call_ids) and not held.incident_ids and not held.intake_ids


def _ask_dead(desk: Desk, dead: list[tuple[str, str]]) -> Ask:
    """Only a person knows that a seat is switched off and not talking."""
    activations = {seat_id: activation_id for activation_id, seat_id in dead}

    def order(value: str, remark: str, minutes: int) -> None:
        for call_id in held_by(desk.floor, value).call_ids:
            desk.give(ReportCallEnded(call_id, CallResult.LINE_FAULT))
        desk.give(cmd.FinishStandDown(activations[value], value))

    choices = tuple(
        Choice(
            seat_id,
            say(
                "{seat} 已断电：{n} 路通话记为话路中断并撤下",
                seat=desk.floor.seats[seat_id].number,
                n=len(held_by(desk.floor, seat_id).call_ids),
            ),
        )
        for seat_id in activations
    )
    title = say("撤收中的坐席还有通话：确认坐席已断电、无人在讲再选；仍在讲的请等讲完")
    return Ask(title, choices, order, remark=False)


# --- the reserve seat itself ---------------------------------------------------------------------


def confirm(desk: Desk) -> None:
    """已看到: a person at the seat has read the order; the sound ends."""
    found = desk.readiness.turn()
    if found is None or found[1].seen_at is not None:
        desk.notice(say("没有待确认的启用令"), grave=False)
        return
    if desk.person is None:
        desk.notice(say("请先登录（Ctrl+L）"), say("登录后自动继续上岗自检"), "log_out")
        return
    desk.give(cmd.ConfirmActivation(found[0].id))


def self_test(desk: Desk) -> None:
    """Test this reserve seat now; an ordered one tests by itself."""
    if not desk.readiness.is_reserve():
        desk.notice(say("本席不是储备席"), say("储备席每日自检，灯在储备席面板"), "reserve")
    elif desk.readiness.turn() is None:
        desk.readiness.test_now()
