"""`main.py store …`: upgrade, backup, list, restore, drill, verify; promote, rejoin, island of a city.

Every verb checks its own result and says in both languages what it found; 0 only when it is good.
"""

import argparse
from pathlib import Path

from store.backup import cli
from store.backup.cli import say
from store.backup.records import BackupError
from store.cluster import ClusterError, give_back_to_patroni, is_island, set_island, take_lead
from store.config import Config
from store.db.errors import StoreError
from store.db.migrate import HEAD_REVISION, grant_hub_role, is_newer, migrate
from store.db.verify import verified
from store.deploy.engine import HUB_ROLE
from store.exits import CannotStartError, ExitCode
from store.old_leader import rejoin
from store.patroni import PatroniError
from store.site_owed import OwedTails

POSTGRESQL = "postgresql"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `store`; `run` takes what the parser gives back."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    upgrade = verbs.add_parser(
        "upgrade", help="升级表结构（表的属主执行） bring the tables up to date, as their owner"
    )
    upgrade.add_argument("--grant", default=HUB_ROLE, metavar="ROLE", help="中枢的数据库角色 the hub's role")
    cli.add_arguments(verbs)
    verbs.add_parser("verify", help="核对流水与状态 prove journal and state")
    lead = verbs.add_parser("promote", help="本机数据库成为主库 make this machine's server the leader")
    lead.add_argument(
        "--break-glass",
        action="store_true",
        help="etcd 无多数时：撤下 Patroni，直接提升 without etcd: take Patroni away, promote",
    )
    lead.add_argument(
        "--accept-loss",
        action="store_true",
        help="另一备机的日志更多也提升，可能丢指令 even when another standby has more of the log",
    )
    lead.add_argument(
        "--give-back",
        action="store_true",
        help="etcd 重建后，交还 Patroni once etcd is back: hand over to Patroni",
    )
    back = verbs.add_parser(
        "rejoin", help="旧主库回来当备机，并核对确在重放 an old leader returns as a standby"
    )
    back.add_argument(
        "--source", required=True, metavar="CONNINFO", help="新主库的 libpq 连接串 the new leader"
    )
    back.add_argument(
        "--tail-kept",
        action="store_true",
        help="指令未补交也回退（旧目录会另存） although orders in it are not handed in: its folder is kept",
    )
    back.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="另存旧数据目录；不写时只在新主库缺其末行时另存于旁 keep a copy of its folder here; without it"
        " one is kept beside it where the new leader lacks its last row",
    )
    back.add_argument(
        "--no-keep",
        action="count",
        default=0,
        help="不另存：新主库缺其末行时拒绝，写两次则放弃它 keep nothing: refused where the new leader lacks"
        " its last row, said twice that is lost",
    )
    island = verbs.add_parser(
        "island", help="孤岛开关（紧急，平时由坐席下令） island on or off, for emergencies"
    )
    island.add_argument("state", choices=("on", "off", "show"))


def run(options: argparse.Namespace, config: Config) -> int:
    """Do one verb; returns the exit code. Raises CannotStartError."""
    try:
        return _VERBS[options.verb](options, config)
    except BackupError as error:
        raise CannotStartError(error.words.zh, error.words.en) from error
    except (StoreError, ClusterError, PatroniError, OSError) as error:
        raise CannotStartError(f"未能完成：{error}", f"not done: {error}") from error


def _upgrade(options: argparse.Namespace, config: Config) -> int:
    revision = migrate(config.store.url)
    if is_newer(revision):
        say(f"▲ 表 {revision} 比程序 {HEAD_REVISION} 新，未改动 tables newer than this program, left alone")
        return ExitCode.DONE
    if config.store.url.startswith(POSTGRESQL):
        grant_hub_role(config.store.url, options.grant)
    say(f"● 表结构 {HEAD_REVISION} the tables are of revision {HEAD_REVISION}")
    return ExitCode.DONE


def _verify(_options: argparse.Namespace, config: Config) -> int:
    found = verified(config.store.url)
    if found.good:
        say(f"● 流水 {found.seq} 条完整，状态一致 journal of {found.seq} whole, the state agrees")
        return ExitCode.DONE
    if found.broken:
        say(f"■ 流水断裂：{found.broken} the journal is broken")
    for table, key in found.differing:
        say(f"■ 状态与流水不符 state differs from the journal: {table} {key}")
    return ExitCode.FAILED


def _promote(options: argparse.Namespace, config: Config) -> int:
    if options.give_back:
        give_back_to_patroni(config.cluster)
        say("● 可以启动 Patroni 了 Patroni may be started now")
        return ExitCode.DONE
    done = take_lead(config.cluster, break_glass=options.break_glass, accept_loss=options.accept_loss)
    confirmed = "、".join(done.confirmed_by) or "无，只存本楼 nobody: durable in this building only"
    say(f"● 已成为主库 leads: {done.took_s:.2f} s, timeline {done.timeline}, journal {done.journal_seq}")
    for server in done.silent:
        say(f"▲ 无应答，其日志未与本机比较 did not answer, its log was not compared: {server}")
    say(f"{'●' if done.confirmed_by else '▲'} 提交由其确认 commits confirmed by: {confirmed}")
    return ExitCode.DONE


def _rejoin(options: argparse.Namespace, config: Config) -> int:
    owed = OwedTails(Path(config.store.dir)).all()
    if owed and not options.tail_kept:
        raise ClusterError(
            "本机库中有未补交的指令（main.py site hand-in），先让中枢补交，或加 --tail-kept "
            "orders in this database are not handed in yet: let the hub do it first, or add --tail-kept"
        )
    done = rejoin(config.cluster, options.source, options.keep, give_up=options.no_keep)
    how = "整库重建 copied whole" if done.rebuilt else "已回退 rewound"
    say(f"● 已作为备机回来 is a standby again: {how}, {done.took_s:.1f} s, journal {done.journal_seq}")
    if done.only_here:
        say(f"▲ {done.only_here}")
    if done.kept:
        say(f"▲ 旧目录另存于 the old folder is kept: {done.kept}")
    if done.kept and done.only_here:
        say("  未补交时另起端口启动它，在其中枢上 start it on a port of its own and say at its hub:")
        say("  main.py site hand-in --from URL")
    return ExitCode.DONE


def _island(options: argparse.Namespace, config: Config) -> int:
    if options.state != "show":
        set_island(config.cluster, on=options.state == "on")
    island = is_island(config.cluster)
    say(
        "▲ 孤岛：只存本楼 ISLAND: durable in this building only" if island else "● 正常 commits are confirmed"
    )
    return ExitCode.DONE


_VERBS = {
    "upgrade": _upgrade,
    "verify": _verify,
    "promote": _promote,
    "rejoin": _rejoin,
    "island": _island,
    **cli.VERBS,
}
