"""How the vault of recordings (录音库) stands, in words, and when somebody has to be told."""

from msgspec import Struct

from console.i18n import pick, say
from console.models.ages import clock
from telephony.vault.messages import VaultState

LATE_MS = 5 * 60_000
CALM_MS = 60_000
"""A vault that answers for a moment now and then is not back."""
FAULTS: dict[str, tuple[str, str]] = {
    "away": ("录音库不可达", "The vault cannot be reached"),
    "full": ("录音库已满", "The vault is full"),
    "own": ("本机录音读不出", "Recordings here cannot be read"),
    "part": ("录音库部分内容不可读写", "A part of the vault cannot be read or written"),
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
    if state.flawed:
        return say("■ 录音库：{n} 段不能入库", n=state.flawed), "fault"
    if state.unread:
        return say("△ 录音库：还有 {n} 天未读入，检索可能不全", n=state.unread), "warning"
    if state.waiting:
        return say("录音库：{n} 段正在入库", n=state.waiting), "quiet"
    return say("● 录音库：全部入库"), "ok"


class VaultWatch:
    """`due` is asked each second or oftener; it tells each trouble once, and once that it is over."""

    def __init__(self) -> None:
        self._since: int | None = None
        self._calm: int | None = None
        self._told = False
        self._flaws: frozenset[str] = frozenset()
        self._oldest = ""
        """Of the flaws that were shown, where there were more: what is older was there before, unseen."""

    def due(self, state: VaultState, now: int) -> Told | None:
        """`now`: ms. None: nothing new."""
        known, self._flaws = self._flaws, frozenset(path for path, _ in state.flaws)
        fresh = sorted(path for path in self._flaws - known if path > self._oldest)
        self._oldest = min(self._flaws) if state.flawed > len(self._flaws) else ""
        if fresh:
            what = say("{n} 段录音不能入录音库：{path}", n=state.flawed, path=fresh[0])
            return Told(what, say("保留本机文件，报告班长与维护"), grave=True)
        return self._trouble(state, now) if state.fault else self._over(now)

    def _trouble(self, state: VaultState, now: int) -> Told | None:
        since = self._since = now if self._since is None else self._since
        self._calm = None
        if self._told or now - since < LATE_MS:
            return None
        self._told = True
        words = {"why": pick(FAULTS[state.fault]), "n": state.waiting, "at": clock(since)}
        what = say("{why}，自 {at} 起 {n} 段录音未入库", **words)
        return Told(what, say("本机录音照常；通知维护检查录音库"), grave=True)

    def _over(self, now: int) -> Told | None:
        calm = self._calm = now if self._calm is None else self._calm
        if self._since is None or now - calm < CALM_MS:
            return None
        self._since = None
        told, self._told = self._told, False
        return Told(say("录音库恢复，录音继续入库"), "", grave=False) if told else None
