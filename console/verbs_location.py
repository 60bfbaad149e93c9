"""The verbs of where a caller is; part of `verbs.VERBS`."""

from console.verb import Verb
from dispatch import commands as cmd
from dispatch.whereabouts import ReportLookUp

LOCATION_VERBS: tuple[Verb, ...] = (
    Verb("use_location", "采用定位", "Use location", "Ctrl+I", ("cydw", "caiyong", "cy"), "locate",
         order=cmd.ChangeIntake, zh_long="把定位连同误差填入受理单，已输文字不动",
         en_long="take the location, words stay"),
    Verb("next_location", "下一个定位", "Next location", "Ctrl+Shift+N", ("xydw",), "locate",
         zh_long="来电有多个定位时换一个看", en_long="the next of several locations"),
    Verb("ask_location", "查定位", "Ask location", "Ctrl+Q", ("cdw", "chadingwei", "dycy"), "locate",
         order=ReportLookUp, zh_long="打一查一：手机查位置，固话查机主地址，每次来电一次",
         en_long="ask the operator, once a call"),
    Verb("send_link", "短信定位", "SMS link", "Ctrl+Shift+Q", ("dxdw", "duanxin"), "locate",
         order=ReportLookUp, zh_long="给来电手机发定位链接，本人点开即回传",
         en_long="SMS link that tells where they are"),
    Verb("go_caller", "来电资料", "Caller data", "Alt+I", ("ldzl", "ziliao"), "locate",
         zh_long="随来电的位置、车祸、机主、话机与查询结果",
         en_long="all that came with the call"),
)  # fmt: skip
