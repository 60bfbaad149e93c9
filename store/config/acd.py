"""The section [acd]: who distributes the calls, and what a seat tells it."""

from typing import Annotated, Literal

from msgspec import Struct

from store.config.fields import key


class Acd(Struct, frozen=True):
    """话务分配。The distribution of calls among the seats."""

    kind: Annotated[
        Literal["none", "publish", "codes", "asterisk", "freeswitch"],
        key(
            "坐席状态如何告知交换机：none 不告知，publish 或 codes 用 SIP（PUBLISH 或功能码），"
            "asterisk 与 freeswitch 用其管理接口",
            "how the exchange learns the seat's state: none, by SIP (publish, or feature codes), or the "
            "manager interface of asterisk or freeswitch",
        ),
    ] = "none"
    queue: Annotated[str, key("队列名或组号", "name of the queue, or number of the group")] = "120"
    address: Annotated[
        str,
        key(
            "队列从何处得知，主机:端口：AMI、ESL，或本系统 kamailio 的控制口；空表示不知",
            "host:port that tells the queue: AMI, ESL, or the control port of our kamailio; empty: nobody",
        ),
    ] = ""
    user: Annotated[str, key("AMI 用户名", "user of AMI")] = ""
    secret_file: Annotated[
        str,
        key(
            "只含 AMI 或 ESL 口令的文件（权限 0600）",
            "file with only AMI's or ESL's secret (mode 0600)",
            path=True,
        ),
    ] = ""
    ca_file: Annotated[
        str,
        key(
            "该接口 TLS 证书的可信机构 (PEM)，空表示不加密",
            "authorities of that interface's TLS (PEM); empty: plain TCP",
            path=True,
        ),
    ] = ""
    wrap_up_s: Annotated[
        int,
        key(
            "挂机后话后处理的秒数，其间不派来电；0 表示立即就绪",
            "seconds after a call in which no other is sent; 0: ready at once",
            ge=0,
            le=600,
        ),
    ] = 15
