"""Which prompts there are. The words are ours; a centre replaces the sound, the names stay."""

from enum import StrEnum

from msgspec import Struct

LANGUAGES = ("zh", "en")


class Family(StrEnum):
    """When a prompt may be played."""

    WAITING = "waiting"  # nobody talks to the caller
    QUESTION = "question"  # played in place of the dispatcher's voice
    GUIDANCE = "guidance"
    NOTICE = "notice"


class Saying(Struct, frozen=True):
    """`name` is also the name of its file: `<name>.<language>.wav`."""

    name: str
    family: Family
    zh: str
    en: str

    def words(self, language: str) -> str:
        return self.en if language == "en" else self.zh


W, Q, G, N = Family.WAITING, Family.QUESTION, Family.GUIDANCE, Family.NOTICE
SAYINGS = (
    Saying("welcome", N, "您好，这里是一二零急救中心。", "Hello, this is the ambulance service."),
    Saying(
        "queued", W, "线路繁忙，请不要挂机，我们会尽快接听。", "All lines are busy. Please do not hang up."
    ),
    Saying("hold", W, "请稍候，不要挂机。", "One moment please. Do not hang up."),
    Saying(
        "stay",
        N,
        "请保持电话畅通，救护车正在赶来。",
        "Keep this telephone free. The ambulance is on its way.",
    ),
    Saying("recorded", N, "本次通话将被录音。", "This call is recorded."),
    Saying("transfer", W, "正在为您转接，请不要挂机。", "You are being connected. Please do not hang up."),
    Saying(
        "call_back",
        N,
        "这里是一二零，您刚才拨打了急救电话。",
        "This is the ambulance service. You called us just now.",
    ),
    Saying(
        "ask_where",
        Q,
        "请问在什么地方？请说出区、街道和门牌号。",
        "Where are you? Say the district, the street and the number.",
    ),
    Saying("ask_building", Q, "请问是哪栋楼、几单元、几楼？", "Which building, which entrance, which floor?"),
    Saying("ask_landmark", Q, "附近有什么明显的标志？", "What can you see near you?"),
    Saying("ask_what", Q, "发生了什么事？", "What has happened?"),
    Saying("ask_phone", Q, "请留下可以联系到您的电话号码。", "On which number can we reach you?"),
    Saying("ask_conscious", Q, "病人清醒吗？叫他有反应吗？", "Is the patient awake? Does he answer you?"),
    Saying("ask_breathing", Q, "病人呼吸正常吗？", "Is the patient breathing normally?"),
    Saying("ask_count", Q, "一共有几个人受伤？", "How many people are hurt?"),
    Saying("press_if_silent", Q, "如果您不能说话，请按任意键。", "If you cannot speak, press any key."),
    Saying("meet", G, "请派人到路口接救护车。", "Send somebody to meet the ambulance at the road."),
    Saying(
        "unlock",
        G,
        "请打开门，开灯，并把宠物关好。",
        "Open the door, turn on the light and lock away any pets.",
    ),
    Saying(
        "cpr_start",
        G,
        "让病人平躺在硬地上，双手叠放在胸口正中，跟着节拍用力快速按压。",
        "Lay the patient flat on the floor. Hands on the breastbone. Push hard and fast with the beat.",
    ),
    Saying(
        "cpr_go_on",
        G,
        "继续按压，不要停，直到急救人员到达。",
        "Go on pushing. Do not stop until the crew is with you.",
    ),
    Saying(
        "aed",
        G,
        "如果附近有自动除颤仪，请让人取来并按提示使用。",
        "If there is a defibrillator near you, have it brought and follow its voice.",
    ),
)
BY_NAME = {saying.name: saying for saying in SAYINGS}
