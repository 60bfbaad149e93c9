"""The section [phone]: a seat's telephone, its exchange, its sound."""

from typing import Annotated, Literal

from msgspec import Struct

from store.config.fields import Port, key


class Phone(Struct, frozen=True):
    """坐席的电话。The telephone of a seat."""

    sip_host: Annotated[str, key("SIP 监听地址", "address for SIP")] = "127.0.0.1"
    sip_port: Annotated[Port, key("SIP 端口 (UDP)", "port for SIP (UDP)")] = 5060
    registrar: Annotated[
        str,
        key("注册服务器 sip:主机[:端口]；空表示直接接收来电", "sip:host[:port]; empty takes calls directly"),
    ] = ""
    user: Annotated[str, key("注册用户名，也是分机号", "user name at the registrar, also the extension")] = ""
    password_file: Annotated[
        str, key("只含口令的文件（权限 0600）", "file that holds only the password (mode 0600)", path=True)
    ] = ""
    ring_group: Annotated[
        str,
        key(
            "储备席在岗时另外注册的振铃组号码，空表示不注册",
            "number of the ring group a reserve seat also registers while in service; empty: none",
        ),
    ] = ""
    echo: Annotated[
        str,
        key("试呼对象 sip: 地址或号码，空表示呼叫本机", "whom the test call dials; empty: this seat itself"),
    ] = ""
    rtp_port: Annotated[
        int, key("语音端口的第一个，共用 38 个", "first of the 38 ports for audio", ge=1024, le=65000)
    ] = 40000
    backup_registrar: Annotated[
        str,
        key(
            "备用注册服务器，同时注册，主用失联时由它通话",
            "second registrar, registered at once; serves when the first is dead",
        ),
    ] = ""
    transport: Annotated[
        Literal["udp", "tcp", "tls"],
        key("信令传输；tls 核对服务器证书", "how SIP travels; tls checks the certificate"),
    ] = "udp"
    tls_ca_file: Annotated[
        str, key("可信机构证书 (PEM)，tls 必填", "trusted authorities (PEM), needed for tls", path=True)
    ] = ""
    srtp: Annotated[
        Literal["off", "optional", "mandatory"], key("语音加密 (SRTP SDES)", "encrypted audio (SRTP SDES)")
    ] = "off"
    network: Annotated[
        Literal["lan", "wan"],
        key(
            "到交换机的网络：lan 缓冲 60 毫秒，wan 120 毫秒",
            "way to the exchange: lan buffers 60 ms of audio, wan 120 ms",
        ),
    ] = "lan"
    headset: Annotated[
        bool,
        key(
            "由本机声卡通话；否则双方无声，只录音",
            "calls are spoken through this machine's sound; else in silence, recorded only",
        ),
    ] = False
    ear: Annotated[
        str,
        key("耳机设备名或其中一段，空表示系统默认", "earphone: name or part of it; empty: the system's own"),
    ] = ""
    mouth: Annotated[
        str, key("麦克风设备名或其中一段", "microphone: name or part of it; empty: the system's own")
    ] = ""
    speaker: Annotated[
        str, key("振铃扬声器设备名或其中一段", "loudspeaker that rings: name or part of it")
    ] = ""
    ring_percent: Annotated[
        int, key("振铃音量（不低于 30）", "volume of the ring, never below 30", ge=30, le=100)
    ] = 80
    hands_free: Annotated[
        bool, key("用扬声器通话：消除回声", "talk by loudspeaker: its echo is cancelled")
    ] = False
    hook_serial: Annotated[str, key("摘挂机键的串口", "serial line of the hook key; empty: none")] = ""
    hook_hid: Annotated[
        str, key("摘挂机键的 HID 文件，如 /dev/hidraw0", "HID file of the hook key, as /dev/hidraw0")
    ] = ""
    mos_percent_min: Annotated[
        int,
        key(
            "通话质量 MOS 低于此值（百分之一）即告警",
            "a call below this MOS (hundredths) is called bad",
            ge=100,
            le=450,
        ),
    ] = 360
    hold_wav: Annotated[
        str,
        key(
            "保持时播放的录音，空表示用提示音“请稍候”，没有提示音则静音",
            "what a caller on hold hears; empty: the prompt `hold` where there is one, else silence",
            path=True,
        ),
    ] = ""
    late_offers: Annotated[
        bool,
        key("接听不带 SDP 的呼叫；否则以 488 回绝", "take calls without an offer; else refuse them with 488"),
    ] = True
    seat_number: Annotated[
        str,
        key(
            "呼叫另一坐席拨什么，{seat} 换成席号；通讯录与班长监听用。"
            "不转交监听签名的交换机：写席位的 sip: 地址",
            "what to dial for the seat {seat}; for the directory and supervisors. Where the exchange drops"
            " their signature: the seat's own sip: address",
        ),
    ] = "{seat}"
    trusted_sources: Annotated[
        tuple[str, ...],
        key(
            "交换机的地址或网段：其对讲呼叫自动接通，其转接与监听请求才受理",
            "addresses of the exchange: its intercom calls, transfers and supervisors are obeyed",
        ),
    ] = ()
    strangers: Annotated[
        Literal["refuse", "ring"],
        key(
            "已写 trusted_sources 时，其他地址的来电：refuse 以 403 拒绝并计数，ring 照常振铃",
            "with trusted_sources given, calls from elsewhere: refuse with 403 and count them, or ring",
        ),
    ] = "refuse"
    monitor_secret_file: Annotated[
        str,
        key(
            "只含班长监听签名密钥的文件（权限 0600），空表示谁也不能监听",
            "file with only the secret supervisors sign with (mode 0600); empty: nobody listens",
            path=True,
        ),
    ] = ""
    location_servers: Annotated[
        tuple[str, ...],
        key(
            "可查询来电位置的服务器主机名，.example.cn 表示其下所有；空表示都不问",
            "hosts that may be asked where a caller is, .example.cn for all below; empty: none",
        ),
    ] = ()
    location_ca_file: Annotated[
        str,
        key(
            "位置服务器证书的可信机构 (PEM)，空表示系统所信任的",
            "authorities trusted for location servers (PEM); empty: the system's",
            path=True,
        ),
    ] = ""
    location_lookup: Annotated[
        str,
        key(
            "定位查询（打一查一、短信定位）的演练录音 (JSON)，空表示没有接入查询服务",
            "recorded answers (JSON) of a look-up service, for drills; empty: no service is joined",
            path=True,
        ),
    ] = ""
