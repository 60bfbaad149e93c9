"""The verbs of recordings, and of what is played to a caller; `verbs.py` joins them to the table."""

from console.verb import Verb
from dispatch import commands as cmd
from dispatch.archive_notes import NoteArchive

RECORDING_VERBS: tuple[Verb, ...] = (
    Verb("archive", "录音检索", "Search recordings", "Ctrl+F", ("lyjs", "jiansuo", "find"), "recording",
         order=NoteArchive, zh_long="按号码、时间、地点、事件、坐席查录音，听与导出",
         en_long="search recordings, hand them out"),
    Verb("recall", "回听", "Recall", "Ctrl+Shift+B", ("ht", "huiting"), "recording", order=cmd.BeginIntake,
         zh_long="通话中立即重听最后 15 秒（三分钟内可移动）",
         en_long="hear the last 15 s again"),
    Verb("hold_words", "请稍候", "Please wait", "Ctrl+Shift+W", ("qsh", "shaohou"), "recording",
         order=cmd.BeginIntake, zh_long="向来电人放“请稍候”；放音中再按停止",
         en_long="the caller hears “one moment”"),
    Verb("say", "放提示音", "Say", "Ctrl+Shift+V", ("fly", "tishi"), "recording", order=cmd.BeginIntake,
         zh_long="向来电人放录好的中文问话或指导；再按停止",
         en_long="ask in Chinese; again: stop"),
    Verb("say_english", "放英语提示音", "Say in English", "Ctrl+Shift+E", ("fyy", "yingyu"), "recording",
         order=cmd.BeginIntake, zh_long="向外籍来电人放英语问话或指导；再按停止",
         en_long="ask in English; again: stop"),
    Verb("metronome", "CPR 节拍", "CPR beat", "Ctrl+Shift+C", ("jp", "jiepai", "cpr"), "recording",
         order=cmd.BeginIntake, zh_long="来电人听每分钟 110 次按压节拍；再按停止",
         en_long="CPR beat, 110/min; again: stop"),
)  # fmt: skip

TO_THE_CALLER: frozenset[str] = frozenset({"recall", "hold_words", "say", "say_english", "metronome"})
"""Done also before the log-in: a call can be answered then."""
