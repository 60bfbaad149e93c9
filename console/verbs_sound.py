"""The verbs of headset and line; part of `verbs.VERBS`."""

from console.verb import Verb

SOUND_VERBS: tuple[Verb, ...] = (
    Verb("sound", "耳机与线路", "Headset and line", "Shift+F11", ("ej", "erji", "xianlu", "xl"), "sound",
         zh_long="声音设备、音量、音量表、主备线路与上岗测试",
         en_long="devices, volume, levels, both lines, tests"),
    Verb("shift_test", "上岗测试", "Shift test", "Ctrl+Shift+S", ("sgcs", "shanggang", "cs"), "sound",
         zh_long="说两秒听回放，再自动试呼，结果存档",
         en_long="speak, hear it back, test call; recorded"),
    Verb("try_headset", "试音", "Try headset", "Ctrl+Shift+O", ("sy", "shiyin"), "sound",
         zh_long="说两秒话，自动回放，给出音量", en_long="two seconds of your voice, played back"),
    Verb("test_line", "试呼", "Test call", "Ctrl+Shift+U", ("shc", "shihu"), "sound",
         zh_long="呼叫试呼号码（或本机）并听回声", en_long="call the test number, hear its echo"),
    Verb("hook", "摘挂机", "Hook", "Pause", ("zgj", "zhaiji"), "sound",
         zh_long="同耳机上的键：接听，通话中则挂机", en_long="answer or end, as the headset's key does"),
)  # fmt: skip
