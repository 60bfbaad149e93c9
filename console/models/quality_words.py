"""How well a call was heard, in a grade and in words: the same in the calls' list and in the archive."""

from console.i18n import say
from dispatch.call_notes import Quality

GOOD, FAIR, BAD = "good", "fair", "bad"
MOS_GOOD_MIN = 4.0
"""From here on users are satisfied (ITU-T G.107, appendix)."""
TONES = {GOOD: "ok", BAD: "warning"}


def grade(quality: Quality | None) -> str:
    """What the site's limits made of it; "" for a call nobody measured."""
    if quality is None:
        return ""
    if quality.bad:
        return BAD
    return GOOD if quality.mos >= MOS_GOOD_MIN else FAIR


def quality_words(heard: str, mos: float | None, loss_percent: float | None) -> str:
    """One of our grades with its figures, "" without one. The loss is said where it is not nothing."""
    words = {GOOD: say("● 音质好"), FAIR: say("△ 音质一般"), BAD: say("▲ 音质差")}.get(heard, "")
    if not words or mos is None:
        return words
    lost = say("丢包 {n} %", n=f"{loss_percent:.0f}") if loss_percent and loss_percent >= 1 else ""
    return f"{words} {mos:.1f} {lost}".rstrip()
