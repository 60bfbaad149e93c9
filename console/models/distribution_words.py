"""The words of the codes of distribution, in Chinese and English; `labels` joins them."""

from enum import StrEnum

from dispatch.distribution import MissedOutcome, PauseReason

DISTRIBUTION_WORDS: dict[type[StrEnum], dict[str, tuple[str, str]]] = {
    PauseReason: {
        "meal": ("用餐", "meal"),
        "rest": ("小休", "rest"),
        "paperwork": ("补录", "paperwork"),
        "handover": ("交接班", "handing over"),
        "training": ("培训", "training"),
        "equipment": ("设备故障", "equipment"),
        "other": ("其他", "other"),
    },
    MissedOutcome: {
        "reached": ("已联系上", "reached"),
        "no_answer": ("回拨无人接听", "no answer"),
        "known": ("已由其他来电受理", "taken in by another call"),
        "wrong_number": ("空号或号码有误", "wrong number"),
        "not_needed": ("误拨、测试，无需处理", "nothing needed"),
        "police": ("转 110 协查", "police traces it"),
    },
}
