"""How the vault of recordings (录音库) stands, in words, and when somebody has to be told."""

from msgspec import Struct

from console.i18n import pick, say
from console.models.ages import clock
from telephony.archive.vault_messages import VaultState

LATE_MS = 5 * 60_000
FAULTS: dict[str, tuple[str, str]] = {
    "away": ("录音库不可达", "The vault cannot be reached"),
    "full": ("录音库已满", "The vault is full"),
    "own": ("本机录音目录不可用", "The recordings folder here cannot be used"),
}


class Told(Struct, frozen=True):
    """What the window says once, and what to do."""

    what: str
    do: str
    grave: bool


def vault_words(state: VaultState) -> tuple[str, str]:
    """One line and its tone."""
    if state.fault:
        why = f"{pick(FAULTS[state.fault])} {state.words}".strip()
        return say("▲ {why}，{n} 段待入库", why=why, n=state.waiting), "warning"
    if state.flaws:
        return say("■ 录音库：{n} 段不能入库", n=len(state.flaws)), "fault"
    if state.unread:
        return say("△ 录音库：还有 {n} 天未读入，检索可能不全", n=state.unread), "warning"
    if state.waiting:
        return say("录音库：{n} 段正在入库", n=state.waiting), "quiet"
    return say("● 录音库：全部入库"), "ok"


class VaultWatch:
    """`due` is asked some times a minute; it tells each trouble once, and once that it is over."""

    def __init__(self) -> None:
        self._since: int | None = None
        self._told = False
        self._flaws = 0

    def due(self, state: VaultState, now: int) -> Told | None:
        """`now`: ms. None: nothing new."""
        if len(state.flaws) > self._flaws:
            self._flaws = len(state.flaws)
            what = say("{n} 段录音与登记不符，不能入录音库：{path}", n=self._flaws, path=state.flaws[-1][0])
            return Told(what, say("保留本机文件，报告班长与维护"), grave=True)
        if state.fault:
            return self._trouble(state, now)
        since, self._since = self._since, None
        if since is None or not self._told:
            return None
        self._told = False
        return Told(say("录音库恢复，录音继续入库"), "", grave=False)

    def _trouble(self, state: VaultState, now: int) -> Told | None:
        since = self._since = now if self._since is None else self._since
        if self._told or now - since < LATE_MS:
            return None
        self._told = True
        words = {"why": pick(FAULTS[state.fault]), "n": state.waiting, "at": clock(since)}
        what = say("{why}，自 {at} 起 {n} 段录音未入库", **words)
        return Told(what, say("本机录音照常；通知维护检查录音库"), grave=True)
