"""The words of every alarm the hub or our relay raises about itself, in both languages.

One sentence each: what happened, what still works, who must do what.
"""

from typing import Final

Words = tuple[str, str]
"""Chinese, English."""

OTHER: Final[tuple[Words, Words]] = (
    ("中枢告警", "hub alarm"),
    (
        "中枢告警：{text}。接警派车照常；请通知维护",
        "Hub alarm: {text}. Calls and dispatch go on; tell maintenance",
    ),
)
TABLE: Final[dict[str, tuple[Words, Words]]] = {
    "fault": (
        ("中枢处理出错", "fault in the hub"),
        (
            (
                "中枢搁置了 {n} 条出错的消息（最近 {at}），其余照常：核对当时发出的指令，没执行的用电"
                "台补；通知维护查日志"
            ),
            (
                "The hub set {n} messages aside (last {at}), all else goes on: check what was ordered "
                "then, repeat it by radio; tell maintenance"
            ),
        ),
    ),
    "orders_owed": (
        ("本站指令未补交", "orders not handed in"),
        (
            "本站指挥时用的数据库无应答，其中的指令尚未补交，接警派车照常：通知维护照原样启动那台数据库",
            (
                "The database this site commanded from is silent, its orders are not handed in; all else "
                "goes on: maintenance starts it as it was"
            ),
        ),
    ),
    "no_shared_row": (
        ("流水无共同行", "no shared journal"),
        (
            "本站流水与中枢没有共同的一行，未补交也未丢失：坐席改连中枢；通知维护核对中枢地址与名册",
            (
                "This site's journal shares no row with the hub's, nothing is lost or handed in: seats go to "
                "the hub; maintenance checks addresses and roster"
            ),
        ),
    ),
    "few_standbys": (
        ("异地备机不足", "standbys missing"),
        (
            "指令只由 {left} 台备机确认（应 {n} 台），可能只在一栋楼里，接警派车照常：通知维护恢复异地备机",
            (
                "{left} standby confirms each order ({n} should), it may be in one building only; calls and "
                "dispatch go on: maintenance brings the standby elsewhere back"
            ),
        ),
    ),
    "store_fault": (
        ("中枢存储出错", "fault in the store"),
        (
            ("中枢存储程序出错，指令存不下、一直重试：接警照常，派车请用电台并登记；立即通知维护查日志"),
            (
                "The hub cannot store an order and tries again: take calls as ever, send by radio and "
                "enter it; call maintenance now"
            ),
        ),
    ),
    "unknown_rows": (
        ("中继程序较旧", "relay is older"),
        (
            ("区中继程序比中心旧，有的新内容这里看不到：接警派车照常，存疑的电话问中心；通知维护升级区中继"),
            (
                "The relay is older than the hub, some of its news does not show here: go on, ask the "
                "centre when in doubt; maintenance must upgrade it"
            ),
        ),
    ),
    "door": (
        ("中枢不接新连接", "hub admits nobody"),
        (
            "中枢不再接纳新连接：已连上的坐席照常，不要重启坐席程序；立即通知维护查中枢",
            (
                "The hub admits no new connection: seats that are connected go on, do not restart "
                "them; call maintenance now"
            ),
        ),
    ),
    "roster_older": (
        ("名册被换成旧版", "older roster"),
        (
            ("中枢的机器名册被换成旧版，仍按最新一版执行：接警派车照常；管理员须放回最新名册并查明原因"),
            (
                "Somebody put an older roster of machines in place, the newest still counts: go on; "
                "the administrator must put it back"
            ),
        ),
    ),
    "roster_damaged": (
        ("名册丢失或损坏", "roster lost or damaged"),
        (
            ("中枢的机器名册文件不见了或被改坏，仍按最新一版执行：接警派车照常；管理员须放回名册并查明原因"),
            (
                "The hub's roster of machines is gone or damaged, the newest still counts: go on; "
                "the administrator must put it back"
            ),
        ),
    ),
    "disk_short": (
        ("磁盘偏满", "disk filling"),
        (
            "中枢或区中继的磁盘只剩 {left} %，目前一切照常；请通知维护在 10 % 之前腾出空间",
            (
                "Only {left} % of the hub's or relay's disk is free; all goes on; maintenance must "
                "clear it before 10 %"
            ),
        ),
    ),
    "relay:revoked": (
        ("中继被注销", "relay struck off"),
        (
            (
                "市中心名册中没有本区中继，不给数据：坐席自动转到市中心，转不过去的照断网办；管理员须"
                "重新登记中继"
            ),
            (
                "The city does not know our relay: seats go to the city by themselves, else work as "
                "without a hub; the administrator must enrol it"
            ),
        ),
    ),
    "relay:version": (
        ("中心程序较旧", "hub is older"),
        (
            (
                "市中心的程序比区中继旧，不能跟随：坐席自动转到市中心，转不过去的照断网办；通知维护先"
                "升级市中心"
            ),
            (
                "The city's hub is older than our relay: seats go to the city by themselves, else "
                "work as without a hub; upgrade the hub first"
            ),
        ),
    ),
    "relay:journal_broken": (
        ("记录对不上", "rows do not fit"),
        (
            ("市中心送来的记录与本区副本对不上，没有采用：画面停在之前，坐席自动转到市中心；立即通知维护"),
            (
                "Rows of the city do not fit our copy and were not taken: the picture stands still, "
                "seats go to the city; call maintenance now"
            ),
        ),
    ),
    "relay:fork": (
        ("副本有分叉", "copy has a fork"),
        (
            ("本区副本有指挥方没有的记录：坐席自动转到指挥方，本区正在补交；有冲突时值班领导核对（Ctrl+G）"),
            (
                "Our copy has rows the commanding site lacks: seats go there, ours are being handed "
                "in; the leader settles conflicts (Ctrl+G)"
            ),
        ),
    ),
}
"""By kind: its name in the list, and the sentence. {text} line, {at} when, {n} how many, {left} percent."""
