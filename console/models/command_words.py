"""The names of orders, and of the rules that kept a late one out, for the conflict desk."""

from console.i18n import pick

_COMMANDS: dict[str, tuple[str, str]] = {
    "ReportRinging": ("来电振铃", "call rang"),
    "ReportAnswered": ("来电接听", "call answered"),
    "ReportCallQuality": ("通话质量", "quality of a call"),
    "NoteSupervision": ("监听记录", "supervision"),
    "ReportCallEnded": ("通话结束", "call ended"),
    "KeepRecording": ("录音", "recording"),
    "ReportWhereabouts": ("来电定位", "whereabouts of a caller"),
    "ReportLookUp": ("定位查询", "location asked for"),
    "ClassifyCall": ("来电归类", "call classified"),
    "BeginIntake": ("开始受理", "intake begun"),
    "ChangeIntake": ("修改受理单", "intake changed"),
    "JoinIncident": ("并入事件", "joined"),
    "EndIntake": ("结束受理", "intake ended"),
    "OpenIncident": ("生成事件", "incident opened"),
    "ChangeIncident": ("修改事件", "incident changed"),
    "TakeIncident": ("接管事件", "incident taken over"),
    "HoldIncident": ("挂起事件", "incident held"),
    "ResumeIncident": ("唤醒事件", "incident resumed"),
    "CloseIncident": ("结束事件", "incident closed"),
    "ReopenIncident": ("重开事件", "incident reopened"),
    "AssignVehicle": ("派车", "vehicle sent"),
    "ReportOrderDelivered": ("指令已送达", "order delivered"),
    "ReportOrderTimedOut": ("指令超时", "order timed out"),
    "RecordMilestone": ("记录节点", "step recorded"),
    "RecordVehicleKey": ("车载按键", "key of the terminal"),
    "CorrectMilestone": ("更正节点", "step corrected"),
    "ChooseHospital": ("选送往医院", "hospital chosen"),
    "AbortMission": ("中止任务", "mission aborted"),
    "EndEmptyRun": ("放空", "empty run"),
    "EndAtScene": ("现场处置", "ended at the scene"),
    "RefuseMission": ("拒绝出车", "mission refused"),
    "SuspendVehicle": ("暂停调用", "vehicle suspended"),
    "SetVehicleState": ("车辆状态", "state of a vehicle"),
    "ReportCrewCall": ("车组呼叫", "crew called"),
    "AnswerCrewCall": ("应答车组", "crew answered"),
    "OfferIncident": ("转单", "incident offered"),
    "AskHelp": ("请求增援", "help asked for"),
    "SendBulletin": ("通报", "bulletin"),
    "SignRequest": ("签收", "signed"),
    "ReturnRequest": ("退单", "returned"),
    "WithdrawRequest": ("撤回", "withdrawn"),
    "NoteArchive": ("录音调听或导出", "recordings noted"),
}

_RULES: dict[str, tuple[str, str]] = {
    "NotFound": ("对象已不存在", "is not there any more"),
    "AlreadyThere": ("已登记过", "is there already"),
    "WrongState": ("状态已变", "its state has changed"),
    "VehicleTaken": ("车辆已另派", "the vehicle was sent elsewhere"),
    "VehicleNotCallable": ("车辆不可调派", "the vehicle cannot be sent"),
    "MissionsOpen": ("尚有任务", "missions still run"),
    "NeedsPlace": ("无地址", "no address"),
    "NeedsReason": ("缺原因", "no reason"),
    "NeedsSecondPerson": ("缺第二人", "no second person"),
    "StaleForm": ("两边都改过", "changed on both sides"),
    "StaleIncident": ("两边都改过", "changed on both sides"),
    "NotAllowed": ("角色无权", "the role may not"),
    "TooLate": ("过时", "too late"),
    "NotPossible": ("规则不允许", "a rule forbids it"),
    "HeldElsewhere": ("由另一中心指挥", "commanded elsewhere"),
}


def command_word(kind: str) -> str:
    """The order by the name of its kind."""
    return pick(_COMMANDS.get(kind, (kind, kind)))


def rule_words(rule: str) -> str:
    """The refusal by its name."""
    return pick(_RULES.get(rule, (rule, rule)))
