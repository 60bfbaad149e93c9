"""The verbs of the seat's state and of callers nobody answered; `verbs.py` joins them to the table."""

from console.verb import Verb
from console.verbs_calls import SUPERVISORS
from dispatch import commands as cmd
from dispatch.distribution import FollowUpMissed

DISTRIBUTION_VERBS: tuple[Verb, ...] = (
    Verb("ready", "就绪", "Ready", "Ctrl+Shift+Y", ("jx", "jiuxu"), "acd", order=cmd.SetSeatState,
         zh_long="可接来电：结束话后、暂停或离席", en_long="calls may come: ends wrap-up, pause, absence"),
    Verb("pause", "暂停", "Pause", "Alt+P", ("shimang", "sm"), "acd", order=cmd.SetSeatState,
         zh_long="暂停接听，选原因；通话中按则挂机后生效",
         en_long="no calls, with a reason; after a running call"),
    Verb("away", "离席/就绪", "Away/ready", "Ctrl+E", ("lx", "lixi"), "acd", order=cmd.SetSeatState,
         zh_long="坐席在离席与就绪间切换", en_long="away from the seat, or ready"),
    Verb("go_missed", "未接列表", "Missed", "Alt+K", ("wj", "weijie"), "acd",
         zh_long="到未接与放弃来电列表", en_long="go to the missed and abandoned calls"),
    Verb("go_seats", "坐席列表", "Seats", "Alt+S", ("xw", "zuoxi"), "acd",
         zh_long="到坐席列表：谁在岗、状态与今日时长", en_long="go to the seats: states and today's times"),
    Verb("set_seat", "代设状态", "Set a seat", "Alt+D", ("dszt", "daishe"), "acd", order=cmd.SetSeatState,
         zh_long="班长：替另一席设就绪、暂停或离席，该席看得到", en_long="a leader sets another seat's state",
         roles=SUPERVISORS),
    Verb("call_missed", "回拨未接", "Call missed", "Alt+B", ("hbwj",), "acd", order=cmd.BeginIntake,
         zh_long="回拨所选（或等得最久的）未接来电，接通即建单",
         en_long="ring the chosen missed caller; a form opens"),
    Verb("settle_missed", "未接办结", "Settle missed", "Ctrl+Shift+K", ("wjbj", "banjie"), "acd",
         order=FollowUpMissed, zh_long="写明未接来电的处理结果，或几分钟后再拨",
         en_long="what came of a missed call, or again later"),
)  # fmt: skip
