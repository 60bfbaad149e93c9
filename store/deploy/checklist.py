"""What a technician does on a machine, in order, as a Markdown list in both languages."""

from store.deploy.city_file import CityFile, CityMachine
from store.deploy.engine import backup_dir
from store.deploy.processes import ON_SCREEN, SCREEN_ENV

STOP_FIRST = "`systemctl disable --now postgresql etcd patroni`"
INCLUDE = '`include "/etc/nftables.d/*.nft"`'


def checklist(city: CityFile, machine: CityMachine) -> str:
    """The list of one machine; every line is a command or one thing to look at."""
    steps = [
        *_base(city, machine),
        *_etcd(machine),
        *_database(city, machine),
        *_ours(city, machine),
        *_end(city, machine),
    ]
    numbered = "\n".join(f"{number}. {' '.join(step)}" for number, step in enumerate(steps, 1))
    runs = "、".join(machine.runs)
    return f"# {machine.name} ({machine.address}, {city.city.name} {machine.site})\n\n{runs}\n\n{numbered}\n"


Step = tuple[str, str]
"""Chinese, English."""


def _base(city: CityFile, machine: CityMachine) -> list[Step]:
    packages = ["chrony", "nftables"]
    packages += ["postgresql-15", "patroni"] if "postgresql" in machine.runs else []
    packages += ["etcd-server", "etcd-client"] if "etcd" in machine.runs else []
    packages += ["kamailio", "kamailio-extra-modules"] if "exchange" in machine.runs else []
    if ON_SCREEN & set(machine.runs):
        packages += ["xserver-xorg", "lightdm", "openbox", "pulseaudio", "dbus-user-session"]
    program, config = city.path("program", machine), city.path("config", machine)
    install = f"`apt-get install -y --no-install-recommends {' '.join(packages)}`"
    user = f"`useradd --system --home-dir {city.path('state', machine)} --shell /usr/sbin/nologin lingsheng`"
    return [
        (f"Debian 12；程序放在 `{program}`，在其中执行 `.ci/setup run`。", "The program, ready to run."),
        (f"{install}，随后 {STOP_FIRST}（未装的略过）。", "Packages; nothing of theirs runs yet."),
        (f"{user}", "The user our processes run as."),
        ("把本文件夹拷到根：`cp -a --no-preserve=ownership . /`。", "Copy this folder over the root."),
        (f"`sh {config}/owners`：属主与权限，可重复。", "Owners and modes; may be repeated."),
        ("`systemctl restart chrony; chronyc sources`：有一个 `^*`。", "One time source is chosen."),
        (f"/etc/nftables.conf 末尾加 {INCLUDE}，`systemctl enable --now nftables`。", "The firewall."),
    ]


def _etcd(machine: CityMachine) -> list[Step]:
    if "etcd" not in machine.runs:
        return []
    words = "The members wait for their majority: start all within some minutes."
    return [("`systemctl enable --now etcd`：先启动的会等多数，各成员请在几分钟内都启动。", words)]


def _database(city: CityFile, machine: CityMachine) -> list[Step]:
    if "postgresql" not in machine.runs:
        return []
    first = city.running("postgresql")[0] == machine
    order = (
        ("本机最先启动，成为主库。", "This machine first.")
        if first
        else ("等主库出现之后。", "After the leader.")
    )
    listing = f"`patronictl -c {city.path('patroni', machine)}/config.yml list`"
    steps = [
        (
            f"备份盘装在 `{backup_dir(city, machine)}`，最好另一块盘。",
            "Backups, better on a disk of their own.",
        ),
        (f"`systemctl enable --now patroni`：{order[0]}", order[1]),
        (f"{listing}：一个 Leader，至少一台异地是 Sync Standby。", "One leader, one elsewhere in sync."),
    ]
    if first:
        owner = f"`main.py store --config {city.path('config', machine)}/owner.toml upgrade`"
        steps.append(
            (f"{owner}：建表，此后每次升级先执行它。", "Makes the tables; first step of every upgrade.")
        )
    return steps


def _ours(city: CityFile, machine: CityMachine) -> list[Step]:
    steps = []
    keys = f"{city.path('state', machine)}/keys"
    if "standby" in machine.runs:
        copied = f"从中枢机器拷来 `{keys}`（scp，0600）：同站点两个中枢共用一把钥匙。"
        steps.append((copied, "The hub's keys: the two of a site are one hub."))
    if "exchange" in machine.runs:
        written = f"{city.path('kamailio', machine)}/kamailio.cfg"
        steps += [
            (f"`kamailio -c -f {written}`，随后 `systemctl enable --now kamailio`。", "The exchange."),
            (
                "在中枢：`main.py admin enrol exchange --role gateway`。",
                "Enrolled as `exchange`, like a gateway.",
            ),
        ]
    if ON_SCREEN & set(machine.runs):
        words = "The desktop of our user comes up on the screen, empty and without a log-in."
        steps.append(("`systemctl restart lightdm`：屏幕进入 lingsheng 的空桌面，不问口令。", words))
    if "seat" in machine.runs:
        config = city.path("config", machine)
        user = f"runuser -u lingsheng -- env $(cat {config}/{SCREEN_ENV})"
        asked = f"`{user} {city.path('program', machine)}/.venv/bin/python main.py doctor"
        asked += f" --config {config}/lingsheng.toml`"
        words = "Sound, screen and supervision, as the seat's user."
        steps.append((f"{asked}：“显示器”“耳机”“班长监听”正常。", words))
    units = " ".join(f"lingsheng-{part}" for part in machine.runs if part not in {"postgresql", "etcd"})
    if units:
        steps.append((f"`systemctl enable --now {units}`", "Our processes."))
    if "postgresql" in machine.runs:
        path = "`systemctl enable --now lingsheng-stop-patroni.path`"
        steps.append(
            (f"{path}：破窗接管时由它撤下 Patroni。", "Takes Patroni away in a break-glass takeover.")
        )
        timers = "`systemctl enable --now lingsheng-backup.timer lingsheng-drill.timer`"
        steps.append(
            (f"{timers}，再 `systemctl start lingsheng-backup`。", "Backups begin with one at once.")
        )
    return steps


def _end(city: CityFile, machine: CityMachine) -> list[Step]:
    return [
        (f"`main.py deploy check {city.path('config', machine)}`：全部为 ●。", "Every line well."),
        ("重启机器一次，再检查一次。", "Restart the machine once, check again."),
    ]
