"""English of what several sites need: modes, command, conflicts, a seat without a hub. See `english`."""

# ruff: noqa: E501 - a sentence stands whole, as it does on the screen

SITES: dict[str, str] = {
    # modes
    "{n} 秒前": "{n} s old",
    "{n} 项指令冲突等待核对：Ctrl+G 打开冲突核对": "{n} conflicts wait to be settled: Ctrl+G opens the desk",
    "{site}已接管{scope}（第 {n} 届），授权人 {first} / {second}，自 {at}": "{site} has command of {scope} (term {n}), ordered by {first} / {second}, since {at}",
    "{site}指挥": "{site}",
    "全市指挥": "the whole city",
    "冲突": "Conflicts",
    "冲突待核对 {n} 项": "{n} conflicts open",
    "区中继与市中心断开，画面为 {age}前的情况：可查看、登录、接警（待发 {n} 条），派车请用电台并登记；接管须两人授权（Ctrl+Shift+J）": "The relay has lost the city, the picture is {age} old: look, log in, take calls ({n} waiting), send by radio and enter it; taking command needs two people (Ctrl+Shift+J)",
    "市区数据": "City",
    "往返 {ms} 毫秒，待发 {n} 条，最早一条待存（含异地备份）已等 {store} 毫秒": "round trip {ms} ms, {n} orders waiting, the oldest has waited {store} ms for store and standby",
    "指挥权移交中，指令排队 {n} 条，请稍候": "Command is being handed over, {n} orders wait, a moment please",
    "接管": "COMMAND",
    "撤权": "fenced",
    "本中枢已被撤权，仅可查看；已收指令将交由现指挥方核对": "This hub does not command any more: look only; what it accepted is handed to the one that does",
    "本机时钟与中枢相差 {s} 秒，时间以中枢为准，请通知维护校时": "This clock is {s} s off the hub's, whose time counts: have it set",
    "本机时钟与中枢相差 {s} 秒：来电时间由中枢记，勿看本机时钟，立即通知维护校时": "This clock is {s} s off the hub's: the hub stamps the times of calls, do not read this clock, have it set now",
    "正在同步 {text}，同步完成前仅可查看，指令自动排队": "Catching up {text}: look only until it is done, orders wait",
    "等待异地备份确认 {n} 秒，受理不受影响，指令排队不丢": "Waiting {n} s for the standby site; intakes go on, orders wait and are not lost",
    "经 {site} 中继收看，市中心数据为 {n} 秒前": "Through the relay of {site}; what it knows of the city is {n} s old",
    "自 {at}（{age}）": "since {at} ({age})",
}
