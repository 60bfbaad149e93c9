"""What the keys of a vehicle terminal mean: the rules of `[[gateway.key_rule]]` and the centre's own ones."""

from typing import Annotated

from msgspec import Struct

from store.config.fields import Bit, Byte, Message, key


class KeyRule(Struct, frozen=True):
    """车载终端的一个状态键，先写的规则优先。A status key of a vehicle terminal; the first that fits wins.

    Which keys go together is checked by the gateway at its start (`radio/terminal/keys.py`).
    """

    gives: Annotated[
        str,
        key(
            "含义：任务节点名，或 refused、suspended、assistance、sos",
            "a milestone's name, or refused, suspended, assistance, sos",
        ),
    ]
    label: Annotated[str, key("下发到终端的键名", "text shown on the terminal's key")] = ""
    message: Annotated[
        Message | None,
        key(
            "消息号：0x0301 事件报告、0x0302 提问应答、0x0900 透传",
            "message: 0x0301 event report, 0x0302 answer, 0x0900 passthrough",
        ),
    ] = None
    event: Annotated[Byte | None, key("0x0301：事件编号", "0x0301: event id")] = None
    answer: Annotated[Byte | None, key("0x0302：答案编号", "0x0302: answer id")] = None
    type: Annotated[Byte | None, key("0x0900：透传类型", "0x0900: passthrough type")] = None
    offset: Annotated[int, key("0x0900：数据中的字节位置", "0x0900: byte in the data", ge=0, le=1023)] = 0
    mask: Annotated[
        int, key("0x0900：比较前的掩码", "0x0900: mask applied before comparing", ge=1, le=255)
    ] = 255
    value: Annotated[Byte | None, key("0x0900：应得的值", "0x0900: value expected")] = None
    tlv: Annotated[Byte | None, key("位置附加项编号", "additional item of a position")] = None
    bit: Annotated[Bit | None, key("附加项中的位，最低位为 0", "bit of that item, lowest is 0")] = None
    alarm_bit: Annotated[Bit | None, key("报警标志的位", "bit of the alarm flags")] = None
    status_bit: Annotated[Bit | None, key("状态的位", "bit of the state flags")] = None


DEFAULT_KEY_RULES = (
    KeyRule(message=0x0301, event=1, gives="acknowledged", label="接收任务"),
    KeyRule(message=0x0301, event=2, gives="departed", label="出车"),
    KeyRule(message=0x0301, event=3, gives="on_scene", label="到达现场"),
    KeyRule(message=0x0301, event=4, gives="patient_aboard", label="病人上车"),
    KeyRule(message=0x0301, event=5, gives="at_hospital", label="到达医院"),
    KeyRule(message=0x0301, event=6, gives="completed", label="完成"),
    KeyRule(message=0x0301, event=7, gives="returned", label="回站"),
    KeyRule(message=0x0301, event=8, gives="suspended", label="暂停"),
    KeyRule(message=0x0301, event=9, gives="assistance", label="请求支援"),
    KeyRule(message=0x0302, answer=1, gives="acknowledged"),
    KeyRule(message=0x0302, answer=2, gives="refused"),
    KeyRule(alarm_bit=0, gives="sos"),
)
