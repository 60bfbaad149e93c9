"""What hands do between sites: offer the incident in hand, ask for help, send a bulletin, sign, return."""

from collections.abc import Callable

from console.i18n import say
from console.models.asking import Ask, Choice
from console.models.desk import Desk
from console.models.labels import word
from console.models.latest import short
from console.models.requests import own_site, sent, titled, to_sign
from console.models.site_lamps import site_lamps
from console.models.spoken import is_offline
from dispatch import requests as req
from dispatch.kinds import IncidentState
from dispatch.requests import Request
from store.core.ids import new_id


def offer(desk: Desk) -> Ask | None:
    """转单: which site is to take the incident in hand."""
    incident = desk.incident()
    if incident is None or incident.state is IncidentState.CLOSED:
        desk.notice(say("手上没有进行中的事件"), say("在列表中选一个事件，再转单"))
        return None
    sites = _sites(desk)

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(req.OfferIncident(new_id(), incident.id, value, remark))

    title = say("转单 {number}：选择接收中心，签收后归其所有", number=short(incident.number, desk.floor))
    return Ask(title, sites, then) if sites else None


def ask_help(desk: Desk) -> Ask | None:
    """求援: how many vehicles, for the incident in hand if there is one."""
    incident, sites = desk.incident(), _sites(desk)
    incident_id = incident.id if incident and incident.state is not IncidentState.CLOSED else None

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(req.AskHelp(new_id(), value, minutes, remark, incident_id))

    title = say("请求增援：选择中心，填写需要几辆车")
    if incident is not None and incident_id is not None:
        number, where = short(incident.number, desk.floor), incident.place.address
        title = f"{title}　{say('事件')} {number} {where}".rstrip()
    return Ask(title, sites, then, minutes=1, minutes_words=say("辆车")) if sites else None


def bulletin(desk: Desk) -> Ask | None:
    """通报: words for another site."""
    sites = _sites(desk)

    def then(value: str, remark: str, minutes: int) -> None:
        if remark:
            desk.give(req.SendBulletin(new_id(), value, remark))
        else:
            desk.notice(say("通报没有内容"), say("在备注栏写明内容后再确认"))

    return Ask(say("通报：选择中心，备注写明内容"), sites, then) if sites else None


def _sites(desk: Desk) -> tuple[Choice, ...]:
    """The sites that can be asked; none, and said why, when there is none or no hub to carry it."""
    if is_offline(desk):
        desk.notice(say("与中枢断开，送不到其他中心"), say("请用电话联系该中心"))
        return ()
    ours, lamps = own_site(desk), site_lamps(desk.floor, desk.link)
    lines = {lamp.code: lamp.line for lamp in lamps}
    others = ((key, it.name) for key, it in sorted(desk.floor.sites.items()) if key != ours)
    found = tuple(Choice(key, lines.get(key, name)) for key, name in others)
    if not found:
        desk.notice(say("没有登记其他中心"), say("请管理员登记各中心"))
    return found


# --- answering -----------------------------------------------------------------------------------


def sign(desk: Desk) -> Ask | None:
    """签收 the only one, or the one about what is in hand; else ask which."""
    waiting = to_sign(desk)
    if not waiting:
        desk.notice(say("没有待签收的请求"), grave=False)
        return None
    if len(waiting) == 1:
        desk.give(req.SignRequest(waiting[0].id))
        return None

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(req.SignRequest(value))

    return Ask(say("签收哪一件"), _each(desk, waiting), then, remark=False)


def give_back(desk: Desk, ask: Callable[[Ask], None]) -> Ask | None:
    """退单 of the only one, or the one about what is in hand; else which is asked first, then why."""
    waiting = to_sign(desk)
    if not waiting:
        desk.notice(say("没有待签收的请求"), grave=False)
        return None
    in_hand = desk.incident_id()
    about_it = [it for it in waiting if in_hand and it.incident_id == in_hand]
    if len(waiting) == 1 or about_it:
        return _why_back(desk, (about_it or waiting)[0])

    def then(value: str, remark: str, minutes: int) -> None:
        ask(_why_back(desk, desk.floor.requests[value]))

    return Ask(say("退单哪一件"), _each(desk, waiting), then, remark=False)


def _why_back(desk: Desk, chosen: Request) -> Ask:
    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(req.ReturnRequest(chosen.id, f"{why[value]} {remark}".strip()))

    why = {
        "no_vehicle": say("无可派车辆"),
        "not_ours": say("不属本区"),
        "full": say("本中心任务已满"),
        "other": say("其他原因"),
    }
    choices = tuple(Choice(value, words) for value, words in why.items())
    return Ask(say("退单，选择原因　{what}", what=titled(desk.floor, chosen)), choices, then)


def withdraw(desk: Desk) -> Ask | None:
    """撤回 what our site sent and nobody signed."""
    waiting = sent(desk)
    if not waiting:
        desk.notice(say("没有可撤回的请求"), grave=False)
        return None

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(req.WithdrawRequest(value))

    return Ask(say("撤回哪一件"), _each(desk, waiting), then, remark=False)


def _each(desk: Desk, requests: list[Request]) -> tuple[Choice, ...]:
    return tuple(Choice(it.id, f"{titled(desk.floor, it)} {word(it.state)}") for it in requests)
