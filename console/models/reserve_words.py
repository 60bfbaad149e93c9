"""The words of the codes of reserve seats, in Chinese and English; part of `labels.WORDS`."""

from enum import StrEnum

from dispatch.kinds import CallOutAnswer, CheckItem, CheckResult, ReserveRole, ReserveStage

RESERVE_WORDS: dict[type[StrEnum], dict[str, tuple[str, str]]] = {
    ReserveRole: {
        "full": ("受理派车", "full"),
        "answer_only": ("只受理", "answer only"),
        "consult_only": ("只咨询", "consult only"),
    },
    ReserveStage: {
        "ordered": ("已下令", "ordered"),
        "seen": ("已确认", "confirmed"),
        "ready": ("就绪", "ready"),
        "standing_down": ("撤收中", "standing down"),
        "stood_down": ("已撤收", "stood down"),
    },
    CheckItem: {
        "hub": ("中枢连接", "Hub"),
        "phone": ("电话注册", "Telephone"),
        "test_call": ("试呼", "Test call"),
        "audio": ("语音回环", "Audio loop"),
        "clock": ("时钟", "Clock"),
        "version": ("程序版本", "Version"),
        "lists": ("名册词典", "Lists"),
        "map": ("地图", "Map"),
        "person": ("登录与资格", "Log-in, qualification"),
    },
    CheckResult: {
        "ok": ("合格", "well"),
        "warning": ("注意", "caution"),
        "fault": ("不合格", "fault"),
    },
    CallOutAnswer: {
        "called": ("已呼叫", "called"),
        "coming": ("应召", "coming"),
        "declined": ("不能到", "declined"),
        "no_answer": ("未接", "no answer"),
    },
}
