"""Everything a dispatcher can do, in one table: keys, command line, tooltips and the help overlay read it.

Each id is a method of `doing.Doing`. `order` is the order that needs a right, None where reading is
enough. `words` are what the command line knows besides id and name: pinyin, initials, short English.
"""

from collections.abc import Iterable

from console.verb import Verb
from console.verbs_calls import CALL_VERBS
from console.verbs_distribution import DISTRIBUTION_VERBS
from console.verbs_location import LOCATION_VERBS
from console.verbs_recordings import RECORDING_VERBS, TO_THE_CALLER
from console.verbs_sound import SOUND_VERBS
from dispatch import commands as cmd
from dispatch import requests as req
from dispatch import reserve_commands as reserve
from dispatch.archive_notes import NoteArchive
from dispatch.kinds import Role
from dispatch.rights import SECOND_PERSON, may

SECTIONS: dict[str, tuple[str, str]] = {
    "call": ("来电与受理", "Calls and intake"),
    "talk": ("通话之中", "Calls that are up"),
    "supervise": ("班长监听", "Supervision"),
    "locate": ("来电定位", "Where the caller is"),
    "dispatch": ("派车与任务", "Dispatch and missions"),
    "incident": ("事件", "Incidents"),
    "ask": ("两问与病情", "Quick answers"),
    "sites": ("中心之间", "Between sites"),
    "command": ("指挥权与断网", "Command, without a hub"),
    "reserve": ("储备席与平急转换", "Reserve seats"),
    "sound": ("耳机与线路", "Headset and line"),
    "recording": ("录音与提示音", "Recordings and prompts"),
    "acd": ("坐席状态与未接", "Seat state, missed calls"),
    "go": ("移动", "Moving around"),
    "window": ("窗口", "Window"),
}

ORDER = cmd.AssignVehicle
INTAKE = cmd.BeginIntake

VERBS: tuple[Verb, ...] = (
    Verb("help", "帮助", "Help", "F1", ("bz", "bangzhu", "h", "?"), "window", strip=True,
         zh_long="显示全部按键和命令", en_long="show every key and command"),
    Verb("new", "手工受理", "New", "F2", ("sgsl", "xj", "xinjian", "n"), "call", order=INTAKE, strip=True,
         zh_long="不经来电新建受理单", en_long="open an intake by hand"),
    Verb("answer", "接听", "Answer", "F3", ("jt", "jieting", "a"), "call", order=INTAKE, strip=True,
         zh_long="接听振铃最久的来电并开始受理", en_long="answer the longest ringing, begin its intake"),
    Verb("order", "派车", "Send", "F4", ("pc", "paiche", "d", "dispatch"), "dispatch", "vehicle", ORDER, True,
         "派出选中的车（或命令行写明的车）", "send the selected (or named) vehicle"),
    Verb("next", "下一待办", "Next", "F5", ("xyg", "xia", "next"), "go", strip=True,
         zh_long="取下一个等待处理的事件", en_long="take the next waiting incident in hand"),
    Verb("milestone", "下一节点", "Step", "F6", ("jd", "jiedian", "s", "step"), "dispatch", "vehicle",
         cmd.RecordMilestone, True, "为选中的任务记录下一节点", "record the next step of the mission"),
    Verb("join", "并入", "Join", "F7", ("br", "bingru", "j"), "call", "incident", cmd.JoinIncident, True,
         "把本次来电并入已有事件（重复来电）", "join this call to an incident we already have"),
    Verb("pin", "地图定点", "Pin", "F8", ("dd", "dingdian"), "call", order=cmd.ChangeIntake, strip=True,
         zh_long="在地图上点出现场（方向键移动，回车确定）",
         en_long="set the scene on the map (arrows, Enter)"),
    Verb("hold", "挂起", "Hold", "F9", ("gq", "guaqi", "hx", "huanxing"), "incident", order=cmd.HoldIncident,
         strip=True, zh_long="挂起事件并设提醒；已挂起的立即唤醒",
         en_long="hold with a reminder; resume a held one"),
    Verb("hang_up", "挂机", "Hang up", "F10", ("gj", "guaji", "x"), "call", order=INTAKE, strip=True,
         zh_long="挂断当前通话，受理单不受影响", en_long="end the call; the intake stays"),
    Verb("full", "全屏", "Full", "F11", ("qp", "quanping", "full"), "window", strip=True,
         zh_long="全屏显示或还原", en_long="full screen and back"),
    Verb("close", "结束", "Close", "F12", ("js", "jieshu", "c", "close"), "incident", "incident",
         cmd.CloseIncident, True, "结束事件或不派车的来电，需选原因",
         "end the incident or a call, with a reason"),
    Verb("divert", "改派", "Divert", "Shift+F4", ("gp", "gaipai"), "dispatch", "vehicle", ORDER,
         zh_long="把任务中的车改派到本事件", en_long="re-assign a running vehicle to this incident"),
    Verb("stop", "终止任务", "Stop mission", "Shift+F6", ("zz", "zhongzhi", "fk"), "dispatch", "vehicle",
         cmd.AbortMission, zh_long="中止、放空、现场处置或拒绝出车，需选原因",
         en_long="end a mission another way, with a reason"),
    Verb("correct", "更正时间", "Correct time", "Ctrl+M", ("gz", "gengzheng", "gs"), "dispatch", "vehicle",
         cmd.CorrectMilestone, zh_long="更正一个节点的时间，原时间保留",
         en_long="correct the time of a step, the first one is kept"),
    Verb("hospital", "送往医院", "Hospital", "Ctrl+H", ("yy", "yiyuan", "swyy"), "dispatch", "vehicle",
         cmd.ChooseHospital, zh_long="为选中的任务选送往医院", en_long="choose the hospital of the mission"),
    Verb("crew", "应答车组", "Answer crew", "Ctrl+R", ("yd", "yingda", "cz", "chezu", "sos"), "dispatch",
         "vehicle", cmd.AnswerCrewCall, zh_long="车组报警、求援或不能执行：通话后确认",
         en_long="a crew called for help: speak, then confirm"),
    Verb("suspend", "暂停/恢复车辆", "Suspend", "Ctrl+U", ("zt", "zanting", "huifu"), "dispatch", "vehicle",
         cmd.SuspendVehicle, zh_long="暂停调用选中的车，或恢复为站内待命",
         en_long="take the vehicle out of use, or put it back"),
    Verb("pick", "选推荐车", "Pick", "Ctrl+1…9", ("xuan", "xz"), "dispatch", "row",
         zh_long="选推荐列表第几行", en_long="pick a row of the recommendation"),
    Verb("reject", "拒接", "Reject", "Shift+F10", ("jj", "jujie"), "call", order=INTAKE,
         zh_long="拒接本台振铃来电，由其他坐席接", en_long="refuse the ringing call; another seat takes it"),
    Verb("call_back", "回拨", "Call back", "Ctrl+B", ("hb", "huibo"), "call", order=INTAKE,
         zh_long="拨打联系电话", en_long="dial the contact of the form"),
    Verb("play", "听录音", "Play", "Ctrl+P", ("ly", "luyin", "ting"), "call", order=NoteArchive,
         zh_long="播放所选通话的录音，再按停止；调听记入审计",
         en_long="play the recording, again to stop; listening is noted in the audit"),
    Verb("take", "接管", "Take over", "Ctrl+T", ("jg", "jieguan"), "incident", "incident", cmd.TakeIncident,
         zh_long="从占用坐席接管事件", en_long="take the incident from the seat that holds it"),
    Verb("put_aside", "放下", "Put aside", "Ctrl+W", ("fx", "fangxia"), "incident",
         zh_long="清空中间，未完的仍在列表中", en_long="clear the middle; the lists keep the rest"),
    Verb("kind", "类型", "Type", "Ctrl+Y", ("leixing", "sjlx"), "incident", order=cmd.ChangeIncident,
         zh_long="事件类型：现场急救、转诊、转运、长途、保障", en_long="what kind of incident this is"),
    Verb("reopen", "重开", "Reopen", "Ctrl+O", ("ck", "chongkai"), "incident", "closed", cmd.ReopenIncident,
         zh_long="重开已结束的事件，需选原因", en_long="open a closed incident again, with a reason"),
    Verb("closed", "今日已结束", "Closed today", "Alt+E", ("yjs", "yijieshu"), "go",
         zh_long="事件列表在进行中与今日已结束间切换", en_long="the incident list: running, or closed today"),
    Verb("mine", "用我的", "Keep mine", "Ctrl+K", ("wd", "wode"), "incident", order=cmd.ChangeIntake,
         zh_long="两人同改一栏时保留我的", en_long="keep my value when two people changed a field"),
    Verb("theirs", "用对方的", "Take theirs", "Ctrl+J", ("df", "duifang"), "incident", order=cmd.ChangeIntake,
         zh_long="两人同改一栏时采用对方的", en_long="take the other seat's value"),
    Verb("conscious_yes", "意识 有", "Conscious", "Alt+1", ("ys1",), "ask", order=cmd.ChangeIntake),
    Verb("conscious_no", "意识 无", "Not conscious", "Alt+2", ("ys2",), "ask", order=cmd.ChangeIntake),
    Verb("conscious_unknown", "意识 不详", "Consciousness unclear", "Alt+3", ("ys3",), "ask",
         order=cmd.ChangeIntake),
    Verb("breathing_yes", "呼吸 有", "Breathing", "Alt+4", ("hx1",), "ask", order=cmd.ChangeIntake),
    Verb("breathing_no", "呼吸 无", "Not breathing", "Alt+5", ("hx2",), "ask", order=cmd.ChangeIntake),
    Verb("breathing_unknown", "呼吸 不详", "Breathing unclear", "Alt+6", ("hx3",), "ask",
         order=cmd.ChangeIntake),
    Verb("severity_critical", "病情 危重", "Critical", "Alt+7", ("wz",), "ask", order=cmd.ChangeIntake),
    Verb("severity_severe", "病情 重", "Severe", "Alt+8", ("zhong",), "ask", order=cmd.ChangeIntake),
    Verb("severity_moderate", "病情 中", "Moderate", "Alt+9", ("zh",), "ask", order=cmd.ChangeIntake),
    Verb("severity_mild", "病情 轻", "Mild", "Alt+0", ("qing",), "ask", order=cmd.ChangeIntake),
    Verb("offer", "转单", "Transfer", "Shift+F2", ("zhuandan", "zd"), "sites", order=req.OfferIncident,
         zh_long="把手上的事件转给另一中心，签收后归其所有",
         en_long="offer this incident to another site"),
    Verb("ask_help", "求援", "Ask for help", "Shift+F3", ("qiuyuan", "zengyuan", "zy"), "sites",
         order=req.AskHelp, zh_long="请另一中心增援车辆", en_long="ask another site for vehicles"),
    Verb("bulletin", "通报", "Bulletin", "Shift+F5", ("tongbao", "tb"), "sites", order=req.SendBulletin,
         zh_long="向另一中心发通报，对方签收", en_long="words for another site to sign"),
    Verb("sign_request", "签收", "Sign", "Shift+F7", ("qianshou", "qs"), "sites", order=req.SignRequest,
         zh_long="签收其他中心的转单、增援请求或通报", en_long="sign for what another site sent"),
    Verb("return_request", "退单", "Return", "Shift+F8", ("tuidan", "td"), "sites", order=req.ReturnRequest,
         zh_long="写明原因退回其他中心的请求", en_long="send it back with a reason"),
    Verb("withdraw_request", "撤回", "Withdraw", "Shift+F12", ("chehui", "chh"), "sites",
         order=req.WithdrawRequest, zh_long="撤回本中心发出、无人签收或未送达的请求",
         en_long="take back what nobody signed"),
    Verb("take_command", "应急接管", "Take command", "Ctrl+Shift+J", ("yjjg", "yingji"), "command",
         zh_long="本中心接过全市或本区指挥权，两人授权", en_long="this site takes command, by two people",
         roles=SECOND_PERSON),
    Verb("hand_over", "交还指挥", "Hand over", "Ctrl+Shift+H", ("jh", "jiaohuan"), "command",
         zh_long="把指挥权交还或移交给另一中心，两人授权", en_long="give command to another site, two people",
         roles=SECOND_PERSON),
    Verb("island", "孤岛", "Island", "Ctrl+Shift+I", ("gd", "gudao"), "command",
         zh_long="宣布或解除孤岛模式，两人授权", en_long="declare or end island mode, by two people",
         roles=SECOND_PERSON),
    Verb("conflicts", "冲突核对", "Conflicts", "Ctrl+G", ("ct", "chongtu"), "command",
         order=cmd.SettleConflict, zh_long="逐条核对断网期间两中心相互冲突的指令",
         en_long="settle what two sites ordered while apart"),
    Verb("reserve", "储备席", "Reserve seats", "Shift+F9", ("cbx", "chubei"), "reserve",
         zh_long="储备席面板：自检灯、选席、启用进度与时钟", en_long="reserve seats and activations"),
    Verb("activate", "启用", "Activate", "Ctrl+Shift+A", ("qy", "qiyong"), "reserve", "words",
         reserve.OrderActivation, zh_long="启用选中（或写明）的储备席：/启用 只受理 D01 D02",
         en_long="put the chosen (or named) reserve seats into service"),
    Verb("monthly_drill", "月度演练", "Monthly drill", "Ctrl+Shift+M", ("ydyl", "yanlian"), "reserve",
         order=reserve.OrderActivation, zh_long="一键演练全部储备席，全程计时出记录",
         en_long="a drill of all reserve seats, timed and recorded"),
    Verb("stand_down", "撤收", "Stand down", "Ctrl+Shift+X", ("chsh", "cheshou"), "reserve",
         order=reserve.StandDown, zh_long="撤收储备席：事件逐起交还后撤下",
         en_long="stand down; incidents are handed back first"),
    Verb("release_seat", "放行", "Let serve", "Ctrl+Shift+R", ("fxg", "fangxing"), "reserve",
         order=reserve.BecomeReady, zh_long="自检未过也上岗，必须写明原因",
         en_long="serve with red items, for a reason in words"),
    Verb("confirm_activation", "确认启用令", "Confirm order", "Shift+F1", ("qr", "queren"), "reserve",
         order=reserve.ConfirmActivation, zh_long="储备席：已看到启用令，声音停止",
         en_long="reserve seat: the order is seen, its sound ends"),
    Verb("self_test", "自检", "Self-test", "Ctrl+Shift+T", ("zj", "zijian"), "reserve",
         zh_long="储备席：立即自检一次（平时每日自动）", en_long="reserve seat: test now (daily by itself)"),
    Verb("activation_report", "启用记录", "Activation record", "Ctrl+Shift+P", ("qyjl", "jilu"), "reserve",
         zh_long="导出启用或演练的全部时刻：网页、PDF 与表格",
         en_long="every time of an activation: HTML, PDF and CSV"),
    Verb("paper", "打印接警单", "Paper sheet", "Ctrl+Shift+D", ("dyjjd", "dayin"), "command",
         zh_long="打印手上的事件，或存为 PDF（断网时照用）",
         en_long="print what is in hand, or save it as PDF"),
    *RECORDING_VERBS,
    *SOUND_VERBS,
    Verb("go_form", "到地址", "Address", "Alt+A", ("dz", "dizhi"), "go"),
    Verb("go_calls", "到来电", "Calls", "Alt+C", ("ld", "laidian"), "go"),
    Verb("go_incidents", "到事件列表", "Incidents", "Alt+W", ("sj", "shijian"), "go"),
    Verb("go_advice", "到推荐车辆", "Proposals", "Alt+R", ("tj", "tuijian"), "go"),
    Verb("go_missions", "到任务", "Missions", "Alt+T", ("rw", "renwu"), "go"),
    Verb("go_vehicles", "到车辆", "Vehicles", "Alt+V", ("cl", "cheliang"), "go"),
    Verb("go_alarms", "到告警", "Alarms", "Alt+G", ("gao", "gaojing"), "go"),
    Verb("go_recordings", "到通话录音", "Recordings", "Alt+L", ("lylb",), "go"),
    Verb("go_map", "到地图", "Map", "Alt+M", ("dt", "ditu"), "go"),
    Verb("command", "命令行", "Command", "Ctrl+/", ("ml",), "window",
         zh_long="打开命令行（不在输入栏时直接按 /）", en_long="command line (just / outside a field)"),
    Verb("dismiss", "关闭提示", "Dismiss", "Esc", ("gb",), "window",
         zh_long="关闭提示、原因栏或命令行，不丢内容", en_long="close what lies over the window, keep text"),
    Verb("note_alarm", "告警知悉", "Note alarm", "Ctrl+Shift+G", ("zhixi", "zx"), "window",
         zh_long="已读中枢告警并转告：横幅收起",
         en_long="the hub's alarm is read and passed on"),
    Verb("theme", "日/夜", "Day/night", "Ctrl+D", ("ry", "zhuti", "day", "night"), "window",
         zh_long="切换日间与夜间配色", en_long="switch between day and night colours"),
    Verb("lock", "锁定", "Lock", "Ctrl+Shift+L", ("sd", "suoding", "suo"), "window",
         zh_long="暂离：立即锁定，来电仍可接听，口令解锁", en_long="lock now; calls can still be answered"),
    Verb("log_out", "退出登录", "Log out", "Ctrl+L", ("tc", "tuichu", "dengchu"), "window",
         zh_long="退出登录，受理单与通话保留", en_long="log out; calls and forms stay"),
    *CALL_VERBS,
    *DISTRIBUTION_VERBS,
    *LOCATION_VERBS,
)  # fmt: skip

ALWAYS: frozenset[str] = frozenset(
    {"answer", "hang_up", "reject", "hook", "answer_second", "hold_call", "swap", "ready"}
)
"""What a ringing telephone needs: also before the log-in and while a second person confirms."""

WITH_A_DRAFT: frozenset[str] = (
    ALWAYS
    | TO_THE_CALLER
    | {
        *("order", "pick", "paper", "go_advice"),
        *("use_location", "next_location", "go_caller"),
        *("new", "pin", "call_back", "next", "put_aside", "help", "dismiss", "full", "theme", "log_out"),
        *("go_form", "go_calls", "go_incidents", "go_map"),
        *(verb.id for verb in VERBS if verb.section == "ask"),
    }
)
"""What may be done before the log-in with a form that waits for it. None of it sends anybody: `order` only
records, without a hub, that a crew was sent by voice."""

BY_ID: dict[str, Verb] = {verb.id: verb for verb in VERBS}


def allowed(verb: Verb, roles: Iterable[Role]) -> bool:
    """True when one of the roles may do this."""
    held = frozenset(roles)
    if verb.roles is not None and not held & verb.roles:
        return False
    return verb.order is None or may(held, verb.order)


def tip(verb_id: str) -> str:
    """What a tooltip says: the sentence and the key."""
    verb = BY_ID[verb_id]
    return f"{verb.long}  [{verb.key}]" if verb.key else verb.long
