"""Reads the command line, loads the configuration and runs one part of 铃声 Lingsheng.

Each part is imported only when it is the one to run: the hub needs no Qt, the window no SQLAlchemy.
"""

import argparse
import difflib
import io
import logging
import re
import signal
import sys
import tomllib
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

from dispatch.commands import Command
from store.config import Config, ConfigError, load_config
from store.exits import CannotStartError, ExitCode
from store.log import start_log

PROJECT = Path(__file__).resolve().parent
EXIT_WORDS = """退出码 exit codes:
  0    按要求结束 ended as asked
  1    检查或演示步骤未通过 a check or a step of the demo failed
  2    命令行或配置有误 command line or configuration is wrong
  3    本机缺少所需条件，已说明如何补救 this machine lacks something; said how to mend it
  4    程序自身出错，详见日志 a fault of the program; see the log
  130  被 Ctrl-C 中断 interrupted by Ctrl-C
"""
log = logging.getLogger("main")


class Parser(argparse.ArgumentParser):
    """argparse in both languages, naming the nearest part for a mistyped one."""

    def __init__(self, prog: str | None = None, description: str | None = None) -> None:
        layout = argparse.RawDescriptionHelpFormatter
        super().__init__(
            prog, None, description, EXIT_WORDS, formatter_class=layout, add_help=False, allow_abbrev=False
        )
        self._positionals.title = "参数 arguments"
        self._optionals.title = "选项 options"
        self.add_argument("-h", "--help", action="help", help="显示本说明 show this help")

    def error(self, message: str) -> NoReturn:
        found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        near = difflib.get_close_matches(found[1], re.findall(r"\w[\w-]*", found[2]), n=1) if found else []
        asked = f"\n是否想输入 did you mean: {near[0]}" if near else ""
        self.print_usage(sys.stderr)
        self.exit(ExitCode.USAGE, f"命令行有误 wrong command line: {message}{asked}\n")


class Part(NamedTuple):
    """One subcommand. `add` puts its options on its parser and may import the part's own light module.

    `prints`: it may end anywhere when nobody reads what it prints. Not for what changes a server.
    """

    name: str
    words: str
    add: Callable[[Parser], None]
    run: Callable[[Namespace], int]
    prints: bool = False


def add_config(parser: Parser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="配置文件，默认 ./lingsheng.toml，没有则取默认值 configuration, default ./lingsheng.toml if any",
    )


def add_screen(parser: Parser) -> None:
    add_config(parser)
    add_language(parser)


def add_language(parser: Parser) -> None:
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="界面语言 language of the screen")


def add_hub(parser: Parser) -> None:
    add_config(parser)
    parser.add_argument(
        "--rebuild",
        action="store_true",
        help="由流水重建投影后退出 rebuild the projections from the journal and end",
    )
    parser.add_argument(
        "--standby",
        action="store_true",
        help="先听 [hub] peers 的心跳，无人指挥时才接替 listen to [hub] peers, take over when none commands",
    )
    parser.add_argument(
        "--lists",
        type=Path,
        metavar="DIR",
        help="首次启动时读入的名册：stations.csv hospitals.csv vehicles.csv staff.csv seats.csv "
        "lists an empty store is filled with at its first start",
    )


def add_demo(parser: Parser) -> None:
    add_language(parser)
    parser.add_argument(
        "--headless",
        action="store_true",
        help="即使有显示器也由自动调度员操作 use the autopilot even with a display",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("demo-output"),
        metavar="DIR",
        help="截图文件夹 folder for screenshots",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("demo-data"),
        metavar="DIR",
        help="演示城市与运行数据的文件夹 folder of the demo city and of what a run writes",
    )
    parser.add_argument(
        "--speedup",
        type=float,
        metavar="N",
        help="车组比实际快几倍，默认有人操作 5、自动 20 how much faster than life the crews are, "
        "default 5, with the autopilot 20",
    )


def run_demo(options: Namespace) -> int:
    from console.drill import demo

    return demo.run(
        lang=options.lang,
        headless=options.headless,
        output=options.output,
        folder=options.folder,
        speedup=options.speedup,
    )


def run_hub(options: Namespace) -> int:
    config = configured(options, "hub")
    from store import hub

    if options.rebuild:
        return hub.rebuild(config)
    seed = seed_of(options.lists, config.site.code) if options.lists else None
    from store import site

    return site.run(config, seed, leads=True, standby=options.standby)


def add_admin(parser: Parser) -> None:
    add_config(parser)
    from store import admin_cli

    admin_cli.add_arguments(parser)


def run_admin(options: Namespace) -> int:
    config = load_config(options.config)
    from store import admin_cli

    return admin_cli.run(options, config, lambda folder: seed_of(folder, config.site.code)())


def run_relay(options: Namespace) -> int:
    config = configured(options, "relay")
    from store import site

    return site.run(config, leads=False)


def seed_of(folder: Path, site: str) -> Callable[[], Sequence[Command]]:
    """Reads the centre's lists when the hub asks for them; rows left out are logged."""

    def read() -> Sequence[Command]:
        from mapview.geo.errors import GeoError
        from mapview.geo.master_data import read_lists

        try:
            lists = read_lists(folder, site)
        except GeoError as error:
            raise CannotStartError(f"名册无法读取：{error}", f"the lists cannot be read: {error}") from error
        for fault in lists.faults:
            log.warning("%s line %d left out: %s", fault.file, fault.line, fault.why)
        return lists.orders

    return read


def run_seat(options: Namespace) -> int:
    config = configured(options, "seat")
    from console import seat

    return seat.run(config, options.lang)


def run_wall(options: Namespace) -> int:
    config = configured(options, "wall")
    from console.wall import process

    return process.run(config, options.lang)


def run_gateway(options: Namespace) -> int:
    config = configured(options, "gateway")
    from radio import service

    return service.run(config)


def run_exchange(options: Namespace) -> int:
    config = configured(options, "exchange")
    from telephony.acd import reporter

    return reporter.run(config)


def run_doctor(options: Namespace) -> int:
    config = load_config(options.config)
    from console import doctor

    return doctor.run(config, options.lang)


def command(
    name: str,
    words: str,
    module: str,
    own: Callable[[Parser], None] = add_config,
    *,
    prints: bool = False,
) -> Part:
    """A part with a configuration whose module has `add_arguments(parser)` and `run(options, config)`."""

    def add(parser: Parser) -> None:
        own(parser)
        import_module(module).add_arguments(parser)

    def run(options: Namespace) -> int:
        config = load_config(options.config)
        code: int = import_module(module).run(options, config)
        return code

    return Part(name, words, add, run, prints)


def maker(name: str, words: str, module: str) -> Part:
    """A part that needs no configuration; its module has `add_arguments(parser)` and `run(options)`."""

    def add(parser: Parser) -> None:
        import_module(module).add_arguments(parser)

    def run(options: Namespace) -> int:
        code: int = import_module(module).run(options)
        return code

    return Part(name, words, add, run, prints=True)


PARTS = (
    Part(
        "demo",
        "演示：模拟城市、车辆与真实呼入 a simulated city with vehicles and callers",
        add_demo,
        run_demo,
    ),
    Part("hub", "中枢：全市唯一的写入者 the only writer of its city", add_hub, run_hub),
    Part(
        "relay",
        "区县中继：就地服务坐席并保存副本 serves a district and keeps its copy",
        add_config,
        run_relay,
    ),
    command("site", "指挥权移交报告 reports of changes of command", "store.site_cli", prints=True),
    command(
        "report",
        "储备席启用与演练记录、质控指标 records of activations, quality figures",
        "console.report_cli",
        add_screen,
        prints=True,
    ),
    Part("seat", "坐席窗口 the dispatcher's window", add_screen, run_seat),
    Part("wall", "大屏 the wall display", add_screen, run_wall),
    Part("gateway", "车载终端网关 (JT/T 808) the gateway of the vehicle terminals", add_config, run_gateway),
    Part(
        "exchange",
        "话务队列：在交换机旁把排队情况告知中枢 tells the hub the queue, beside the exchange",
        add_config,
        run_exchange,
    ),
    Part(
        "doctor", "检查本机并说明如何补救 check this machine and say what to do", add_screen, run_doctor, True
    ),
    command(
        "recordings",
        "本机录音：查找、验证导出、到期清理 find, prove an export, expire",
        "console.recordings_cli",
        prints=True,
    ),
    Part("admin", "机器、账号、人员与名册 machines, accounts, people and lists", add_admin, run_admin),
    command("enrol", "登记本机 enrol this machine with a one-time code", "store.enrol_cli"),
    command("audit", "查阅与验证审计 read and prove the audit", "store.audit_cli", prints=True),
    command("store", "数据库：升级、备份、恢复、演练 upgrade, back up, restore, drill", "store.store_cli"),
    maker("deploy", "生成并检查一座城市的机器配置 make and check the machines of a city", "store.deploy.cli"),
    maker("city", "生成或导入城市地图 make or import the map of a city", "mapview.geo.cli"),
)


def configured(options: Namespace, part: str) -> Config:
    """The configuration, with the log of this part started by it."""
    config = load_config(options.config)
    name = f"seat-{config.seat.number}" if part == "seat" else part
    try:
        start_log(name, config.log.level, config.log.dir)
    except OSError as error:
        raise CannotStartError(
            f"日志文件夹 {config.log.dir} 不可写：{error.strerror}，请修改 [log] dir",
            f"the log folder cannot be written: {error.strerror}; change [log] dir",
        ) from error
    return config


def parse(arguments: Sequence[str]) -> Namespace:
    """The command line; ends the process with code 2 when it is wrong, 0 after --help."""
    parser = Parser(
        "main.py", "铃声：120 急救指挥调度台\nLingsheng: the dispatch console of the 120 ambulance service"
    )
    parser.add_argument("--version", action="version", version=version(), help="显示版本 show the version")
    parts = parser.add_subparsers(
        dest="part", required=True, metavar="PART", title="部分 parts", parser_class=Parser
    )
    for part in PARTS:
        own = parts.add_parser(part.name, help=part.words, description=part.words)
        own.set_defaults(run=part.run, prints=part.prints)
        if part.name in arguments:
            part.add(own)
    return parser.parse_args(arguments)


def version() -> str:
    """The version in pyproject.toml: the console runs from its folder and is not installed."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    return f"lingsheng {project['project']['version']}"


def main(arguments: Sequence[str], *, alone: bool = False) -> int:
    """Runs one part; the exit codes are those of `store/exits.py`. `alone`: the process is only for this."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that cannot show Chinese must not stop anything
        sys.stdout.reconfigure(errors="replace")
    try:
        options = parse(arguments)
        run: Callable[[Namespace], int] = options.run
        if alone and options.prints:  # `main.py audit list | head` ends like any shell command
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        return run(options)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return ExitCode.USAGE
    except CannotStartError as error:
        print(f"无法启动：{error.zh}\ncannot start: {error.en}", file=sys.stderr)
        return ExitCode.CANNOT_START
    except ImportError as error:  # a library of the system or of .venv
        print(f"无法启动，缺少程序库：{error}\n请运行 main.py doctor / run main.py doctor", file=sys.stderr)
        return ExitCode.CANNOT_START
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception:  # the edge of the process: anything that gets here is ours
        log.exception("程序自身出错 a fault of the program")
        return ExitCode.FAULT


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], alone=True))
