"""Why the telephone could not do what it was told, in the window's words."""

from console.i18n import pick
from telephony.call_facts import MonitorRefused
from telephony.facts import LINE_DOWN

TIMES = " ×"

REASONS: dict[str, tuple[str, str]] = {
    "a line without registrar dials SIP addresses only": (
        "本机没有交换机，只能拨完整的 sip: 地址",
        "no exchange here: only whole sip: addresses can be dialled",
    ),
    LINE_DOWN: ("电话线路断开，号码拨不出去", "the line is down: no number can be dialled"),
    "another conference goes on without the operator": (
        "另一个会议还在进行",
        "another conference still goes on",
    ),
    "no such call to confer with": ("这一方不能加入会议", "this call cannot join"),
    "no such call": ("通话已经结束", "the call has ended"),
    "no such account": ("没有这条线路", "there is no such line"),
    "not a ringing call": ("来电已不在振铃", "the call rings no more"),
    "no such ringing call": ("来电已不在振铃", "the call rings no more"),
    "not a supervision that is up": ("监听还没有接通", "the supervision is not up yet"),
    "not key tones": ("只能发送 0–9、*、#", "only 0–9, * and # can be sent"),
    "only an answered call can be transferred, once at a time": (
        "接通的通话才能转接，一次一个",
        "only an answered call can be transferred, one at a time",
    ),
    "the call hears nothing now": ("这一方在保持中，听不到", "the call is on hold and hears nothing"),
    "the call is not answered": ("对方还没有接听", "the call is not answered yet"),
    "the other call is not answered": ("接手方还没有接听", "the other side has not answered yet"),
    "the call is not in conversation": ("这一方不在通话中", "the call is not in conversation"),
    "there is no conference to leave": ("没有可退出的会议", "there is no conference to leave"),
    "there is no conference to return to": ("没有可回到的会议", "there is no conference to return to"),
    "this build has no echo canceller": ("话机库没有回声消除", "this build has no echo canceller"),
    "this phone was started without a headset": (
        "本机没有启用声卡通话",
        "this phone was started without a headset",
    ),
    "wrong signature": ("签名不对", "wrong signature"),
    "no secret set": ("本席没有设监听密钥", "no secret is set here"),
    "out of time": ("超过时限或时钟不准", "out of time, or a wrong clock"),
    "replayed": ("重放的请求", "a replayed request"),
    "malformed": ("请求不合格式", "malformed"),
    "no person signed": (
        "签名里没有人员（旧版本的班长席？请更新）",
        "its signature names no person (an older console? update it)",
    ),
    "another person": ("不是开始监听的人", "not the person who began"),
    "another call": ("不是所监听的通话", "not the call it began with"),
    "Too many objects of the specified type (PJ_ETOOMANY)": (
        "本机四路通话都占着（对方未应答的挂机占 8 秒）：请挂断一路，或稍后再拨",
        "all four calls here are taken (a goodbye nobody answers keeps one 8 s): end one, or try later",
    ),
    "whom the far end named could not be called": (
        "对方要求改拨的号码未能拨出：四路通话都占着，或号码不能用",
        "whom the far end named could not be called: all four calls are taken, or it cannot be dialled",
    ),
    "too many": ("一分钟内请求太多", "too many requests in a minute"),
    "source not trusted": ("来源不可信", "its source is not trusted"),
    "no word of it": ("对方一直没有回音", "nothing was heard of it"),
    "no address that can be dialled": ("这不是能拨的号码或地址", "no number or address that can be dialled"),
    "gethostbyname() has returned error (PJ_ERESOLVE)": (
        "找不到这个地址的主机（域名解析失败）",
        "there is no host of that name",
    ),
}

NOT_NOW: dict[str, tuple[str, str]] = {
    "the call is not in conversation": ("通话在保持中", "the call is on hold"),
    "no such call": ("通话已经结束", "the call has ended"),
    "release comes after listening": ("要先监听才能强拆", "released only by who listens already"),
}
"""Wishes of a supervisor that may be wished, at another moment: nobody has to answer for them."""
UNREACHED: dict[tuple[int, ...], tuple[str, str]] = {
    (486, 600): ("对方忙", "busy"),
    (408, 480): ("无人应答，或对方话机不在线", "no answer, or their telephone is not on line"),
    (404, 410, 484, 604): ("没有这个号码", "there is no such number"),
    (403, 603): ("对方拒接", "refused"),
    (406, 415, 488, 606): (
        "对方话机应答的语音参数不能用",
        "their telephone answered with audio settings that cannot be used",
    ),
    (500, 502, 503, 504): ("交换机或对方线路故障", "the exchange or their line failed"),
}
"""Why a call of ours came to nothing, by the SIP code (RFC 3261 21)."""
UNSENT: dict[tuple[int, ...], tuple[str, str]] = {
    (405, 501): ("来电人的线路不支持转接", "the line of the caller cannot be sent on"),
}
"""Why nobody could be sent on, before the reasons of any call (RFC 3515 2.4.2)."""
PHONE_DIED = "phone_restarted"


def unreached_words(sip_code: int, reason: str) -> str:
    """Why nobody was reached; what nobody has words for is the code and its text as they came."""
    if reason == PHONE_DIED:
        return pick(
            ("本机电话程序中止，正在自动恢复", "the telephone here ended and is coming back by itself")
        )
    known = next((words for codes, words in UNREACHED.items() if sip_code in codes), None)
    return pick(known) if known else f"{sip_code or ''} {reason_words(reason)}".strip()


def unsent_words(sip_code: int, reason: str) -> str:
    """Why a transfer came to nothing."""
    known = next((words for codes, words in UNSENT.items() if sip_code in codes), None)
    return pick(known) if known else unreached_words(sip_code, reason)


def reason_words(reason: str) -> str:
    """The words for a reason, how often where it says so; one that is not known stands as it came."""
    plain, times, count = reason.partition(TIMES)
    known = REASONS.get(plain)
    return f"{pick(known)}{times}{count}" if known else reason


def monitor_reason_words(reason: str) -> str:
    """Why a supervisor was not let in, or not in that mode."""
    known = NOT_NOW.get(reason.partition(TIMES)[0])
    return pick(known) if known else reason_words(reason)


def counted_reason(event: MonitorRefused) -> str:
    """Why, and how often where it was more than once."""
    return event.reason if event.count == 1 else f"{event.reason}{TIMES}{event.count}"
