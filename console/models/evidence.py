"""What a site knows of the one that commands, as sentences two people can decide by."""

from console.i18n import say
from console.models.ages import span
from console.models.commanding import open_conflicts
from console.models.labels import site_name
from dispatch.floor import Floor
from store.core.command_messages import Evidence
from store.core.takeover import fullest
from store.core.wire import Mode

NEVER = -1
SILENT_MS = 3_000
"""A commanding site not heard for so long counts as silent."""


def sentences(floor: Floor, evidence: Evidence | None) -> tuple[tuple[str, str], ...]:
    """(words, tone) of each thing known, the weightiest first."""
    if evidence is None:
        return ((say("正在取证：询问本中心中枢…"), "quiet"),)
    return (
        _holder(floor, evidence),
        _heard(evidence),
        *_fuller(floor, evidence),
        *_copy(evidence),
        *_peers(floor, evidence),
        *_store(evidence),
    )


def is_silent(evidence: Evidence | None) -> bool:
    """True when the one that commands is not heard: it cannot agree to anything."""
    return evidence is not None and not 0 <= evidence.tick_age_ms <= SILENT_MS


def is_break_glass(evidence: Evidence | None) -> bool:
    """True when break-glass is what people would choose: nobody is there to agree, or better placed."""
    return is_silent(evidence) and evidence is not None and fullest(evidence) is None


def _holder(floor: Floor, it: Evidence) -> tuple[str, str]:
    words = say("现指挥方：{site}（第 {n} 届）", site=site_name(floor, it.holder_site), n=it.holder_term)
    if it.holder_site == it.site:
        return f"{words}{say('，就是本中心')}", ""
    return words, ""


def _heard(it: Evidence) -> tuple[str, str]:
    if it.holder_site == it.site:
        return say("本中心正在指挥"), "ok"
    if it.tick_age_ms == NEVER:
        return say("▲ 从未收到过指挥方的心跳"), "fault"
    words = say("指挥方最后心跳 {age} 前", age=span(it.tick_age_ms / 1000))
    if it.tick_age_ms > SILENT_MS:
        return f"■ {words}", "fault"
    return f"● {words}{say('：仍在线，接管会被拒绝，应由对方移交')}", "ok"


def _copy(it: Evidence) -> list[tuple[str, str]]:
    """How much of what the one in command did is here; who commands has it all."""
    if it.holder_site == it.site:
        return []
    own, (_, elsewhere) = max(it.own_seq, it.standby_seq), fullest(it) or ("", 0)
    heard = max(own, it.heard_seq, elsewhere)
    behind = heard - own
    words = say("本地副本到第 {own} 条，最后听到第 {heard} 条：", own=own, heard=heard)
    if behind:
        return [(f"▲ {words}{say('最多缺 {n} 条，缺的须事后核对', n=behind)}", "warning")]
    return [(f"● {words}{say('听到的都在本地')}", "ok")]


def _fuller(floor: Floor, it: Evidence) -> list[tuple[str, str]]:
    """Another site that answers has rows that are not here: command is its to take."""
    found = fullest(it)
    if found is None:
        return []
    (code, seq), own = found, max(it.own_seq, it.standby_seq)
    site = site_name(floor, code)
    words = say("■ {site}有到第 {n} 条，比本地多 {k} 条：应由它接管", site=site, n=seq, k=seq - own)
    return [(words, "fault")]


def _peers(floor: Floor, it: Evidence) -> list[tuple[str, str]]:
    """Every other site this one speaks with, in two lines however many there are: silent ones first."""
    silent, heard = [], []
    for site, age_ms in it.peers:
        if is_heard(it, site):
            heard.append(site_name(floor, site))
        else:
            silent.append(f"{site_name(floor, site)}（{ago_words(age_ms)}）")
    found = [(say("▲ 无应答：{sites}", sites="、".join(silent)), "warning")] if silent else []
    return [*found, (say("● 在线：{sites}", sites="、".join(heard)), "ok")] if heard else found


def is_heard(it: Evidence, site: str) -> bool:
    """True while this other site is heard: only then can it take anything over."""
    return 0 <= dict(it.peers).get(site, NEVER) <= SILENT_MS


def ago_words(age_ms: int) -> str:
    """When a site was last heard."""
    return say("从未听到") if age_ms == NEVER else say("{age} 前", age=span(age_ms / 1000))


def _store(it: Evidence) -> list[tuple[str, str]]:
    """How our own store is; its mode comes as a word of the protocol, anything else as a text of its own."""
    if not it.store:
        return []
    if it.store == Mode.NORMAL:
        return [(f"● {say('存储：{text}', text=say('正常'))}", "ok")]
    words = {
        Mode.DISK_LOW: say("磁盘空间不足"),
        Mode.DISK_FULL: say("磁盘已满"),
        Mode.STORE_WAIT: say("数据库无应答"),
        Mode.SYNC_WAIT: say("等待异地备份确认"),
    }
    known = words.get(Mode(it.store)) if it.store in set(Mode) else None
    return (
        [(f"▲ {say('存储：{text}', text=known)}", "warning")]
        if known
        else [(say("存储：{text}", text=it.store), "quiet")]
    )


def conflicts_sentence(floor: Floor) -> tuple[str, str]:
    """Hand-back waits until nothing is left to be settled."""
    count = open_conflicts(floor)
    if count:
        return say("■ 尚有 {n} 项冲突未核对：交还会被拒绝（Ctrl+G 核对）", n=count), "fault"
    return say("● 没有未核对的冲突"), "ok"
