"""The verbs of calls that are up and of the supervisor; `verbs.py` joins them to the table."""

from console.verb import Verb
from dispatch import commands as cmd
from dispatch.kinds import Role

CALL = cmd.BeginIntake
SUPERVISORS = frozenset({Role.SHIFT_LEADER, Role.HEAD_OF_DISPATCH})

CALL_VERBS: tuple[Verb, ...] = (
    Verb("answer_second", "保持并接听", "Hold, answer", "Ctrl+F3", ("bcjt", "ha"), "talk", order=CALL,
         zh_long="保持当前通话，接听振铃最久的来电", en_long="hold this call, answer the ringing one"),
    Verb("hold_call", "通话保持", "Hold call", "Ctrl+F9", ("bc", "baochi", "hc"), "talk", order=CALL,
         zh_long="保持，再按取回或从班长收回", en_long="hold, again to resume"),
    Verb("swap", "切换通话", "Swap", "Ctrl+F10", ("qh", "qiehuan"), "talk", order=CALL,
         zh_long="在通话方与保持方之间切换", en_long="swap who talks and who is held"),
    Verb("dial", "拨号", "Dial", "Ctrl+F2", ("bh", "bohao", "dh"), "talk", "words", CALL,
         zh_long="拨号码、通讯录、站、医院：/拨号 110",
         en_long="dial a number or a name: /dial 110"),
    Verb("redial", "重拨", "Redial", "Ctrl+F12", ("cb", "chongbo"), "talk", order=CALL,
         zh_long="再拨本席最近拨出的号码", en_long="dial the last number again"),
    Verb("ring_back", "回拨失线", "Ring back", "Ctrl+F11", ("hbsx", "shixian", "rb"), "talk", order=CALL,
         zh_long="回拨线路中断的来电人，计次计时", en_long="ring back who the line lost"),
    Verb("confer", "会议", "Conference", "Ctrl+F7", ("hy", "huiyi"), "talk", order=CALL,
         zh_long="把保持中的一方并入通话", en_long="join who is held to the talk"),
    Verb("step_out", "退/回会议", "Step out", "Ctrl+F8", ("tchy", "hdhy"), "talk", order=CALL,
         zh_long="自己退出会议，再按回来", en_long="leave the conference, again to rejoin"),
    Verb("blind", "盲转", "Blind", "Ctrl+F5", ("mz", "mangzhuan"), "talk", "words", CALL,
         zh_long="把来电人直接转给号码或某一方", en_long="transfer to a number at once"),
    Verb("attended", "询问转", "Attended", "Ctrl+F6", ("xwz", "xunwenzhuan"), "talk",
         order=CALL, zh_long="说明后把保持的一方转给接手方",
         en_long="hand over who is held, after speaking"),
    Verb("keypad", "按键音", "Keypad", "Ctrl+F1", ("ajy", "anjian", "dtmf"), "talk", order=CALL,
         zh_long="按键音：直接键入 0–9 * #",
         en_long="key tones: type 0–9 * #"),
    Verb("listen", "监听", "Listen in", "Ctrl+Shift+F5", ("jianting", "jtx"), "supervise",
         zh_long="听另一席的通话，再按停止", en_long="listen to a seat, again to stop",
         roles=SUPERVISORS),
    Verb("whisper", "耳语", "Whisper", "Ctrl+Shift+F6", ("ey", "eryu"), "supervise",
         zh_long="只让该席听到，来电人听不到", en_long="whisper: only the seat hears", roles=SUPERVISORS),
    Verb("barge", "强插", "Barge in", "Ctrl+Shift+F7", ("qcr", "qiangcha"), "supervise",
         zh_long="加入该席通话，各方都听得到", en_long="join the call, everybody hears you",
         roles=SUPERVISORS),
    Verb("take_call", "接管通话", "Take call", "Ctrl+Shift+F8", ("jgth",), "supervise",
         zh_long="代替该席通话，席位可收回", en_long="talk in the seat's place",
         roles=SUPERVISORS),
    Verb("release_call", "强拆", "Release call", "Ctrl+Shift+F9", ("qcc", "qiangchai"), "supervise",
         zh_long="强行挂断该席通话（先确认）", en_long="end its call by force (asks first)",
         roles=SUPERVISORS),
)  # fmt: skip
