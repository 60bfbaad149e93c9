"""`main.py recordings …`: find, prove and expire the recordings of this machine, and list what must stay.

`expire` says what would go and why the rest stays; it deletes with `--delete` only, and never without knowing
what is on hold. What it deleted is written down first and told to the journal by the seat.
"""

import getpass
import sqlite3
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

import msgspec

from dispatch.kinds import IncidentState
from store.bus.keys import KeyFileError, own_sign_key
from store.config import Config
from store.core.ids import new_id
from store.db.activations import read_activations
from store.db.errors import StoreError
from store.exits import CannotStartError, ExitCode
from telephony.archive import __main__ as archive
from telephony.archive.catalogue import Catalogue
from telephony.archive.deletions import FOLDER, delete
from telephony.archive.labels import ArchiveError
from telephony.archive.retention import Holds, Kept, Plan, Rules, plan
from telephony.vault.folder import found_vault, share_folder, vault_id
from telephony.vault.vault import Vault, sweep

HOLDS = "holds.json"
"""Beside the recordings, in the vault for all seats: what a person put on hold, by incident or call id, each
with its reason."""
SQLITE = "sqlite:///"
WHY = {
    "held": "按指令留存 on hold",
    "incident_open": "事件未结 incident open",
    "unlabelled": "无登记信息 nothing known of it",
    "no_rules": "不知哪些须留存 what is on hold is not known",
}

_held = msgspec.json.Decoder(Holds)


def add_arguments(parser: ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    search = verbs.add_parser("search", help="查找本机录音 find recordings of this machine")
    archive.add_search(search)
    _add_vault(search)
    prove = verbs.add_parser("prove", help="离线验证导出的录音 prove an export offline")
    archive.add_proof(prove)
    expire = verbs.add_parser("expire", help="按保存期列出；--delete 才删除 what is due; --delete deletes")
    expire.add_argument(
        "--holds", type=Path, metavar="JSON", help="中枢机器写出的留存清单 written at the hub"
    )
    expire.add_argument("--delete", action="store_true", help="真的删除 really delete")
    _add_vault(expire)
    founding = verbs.add_parser(
        "vault", help="把 [recordings] vault 设为全市录音库，只需一次 make that folder the vault, once"
    )
    founding.add_argument(
        "--here", action="store_true", help="即使不是挂载点 though nothing is mounted there"
    )
    verbs.add_parser("holds", help="中枢机器上：未结事件，供 --holds 用 at the hub: incidents still open")
    verbs.add_parser("rebuild", help="由文件重建目录 make the catalogue anew from the files")


def _add_vault(parser: ArgumentParser) -> None:
    parser.add_argument("--vault", action="store_true", help="全市录音库 in the vault, not of this machine")


def run(options: Namespace, config: Config) -> int:
    """Do one verb. Raises CannotStartError."""
    verbs: dict[str, Callable[[Namespace, Config], int]] = {
        "search": _search,
        "prove": _prove,
        "expire": _expire,
        "holds": _holds,
        "rebuild": _rebuild,
        "vault": _found,
    }
    try:
        return verbs[options.verb](options, config)
    except (ArchiveError, OSError, sqlite3.Error, msgspec.MsgspecError, StoreError) as error:
        raise CannotStartError(f"录音：{error}", f"recordings: {error}") from error


def _search(options: Namespace, config: Config) -> int:
    catalogue = _catalogue(options, config)
    try:
        archive.list_found(catalogue, options)
    finally:
        catalogue.close()
    return ExitCode.DONE


def _catalogue(options: Namespace, config: Config) -> Catalogue:
    """Of this machine, or of the vault, read to its end. Raises `ArchiveError` or `OSError`."""
    own = Path(config.recordings.dir)
    if not options.vault:
        return Catalogue(own)
    return Vault(own, _vault(config)).read_all()


def _vault(config: Config) -> Path:
    """Raises `ArchiveError`."""
    if not config.recordings.vault:
        raise ArchiveError("[recordings] vault 未设 is not set")
    return Path(config.recordings.vault)


def _found(options: Namespace, config: Config) -> int:
    found_vault(_vault(config), here=options.here)
    _say(f"录音库 the vault: {_vault(config)}")
    return ExitCode.DONE


def _prove(options: Namespace, config: Config) -> int:
    """The key of this machine is known without being named."""
    machine = f"seat-{config.seat.number}"
    try:
        if (Path(config.keys.dir) / f"{machine}.sign").exists():
            options.key = [*options.key, f"{machine}={own_sign_key(Path(config.keys.dir), machine).public}"]
    except KeyFileError as error:
        _say(f"▲ {error}")
    return archive.proof(options)


def _rebuild(options: Namespace, config: Config) -> int:
    options.folder = Path(config.recordings.dir)
    return archive.rebuild(options)


def _holds(options: Namespace, config: Config) -> int:
    _say(msgspec.json.encode(_open_incidents(config.store.url)).decode())
    return ExitCode.DONE


def _expire(options: Namespace, config: Config) -> int:
    now_ms = time.time_ns() // 1_000_000
    holds = _known_holds(options, config)
    catalogue = _catalogue(options, config)
    try:
        wanted = plan(catalogue.every(), _rules(config), holds, now_ms)
        _tell(wanted, config)
        if options.delete:
            gone = delete(
                catalogue,
                wanted,
                holds,
                now_ms,
                run_id=new_id(),
                by=getpass.getuser(),
                records=_records(options, config),
            )
            _say(f"已删除 deleted: {len(gone)}")
        elif wanted.doomed:
            _say("未删除；确认后加 --delete　nothing was deleted: say --delete")
    finally:
        catalogue.close()
    return ExitCode.DONE


def _records(options: Namespace, config: Config) -> list[Path]:
    """Where it is written what goes: in the vault, which is swept, for all seats; here for the journal."""
    own = Path(config.recordings.dir)
    if not options.vault:
        return [own]
    sweep(_vault(config))
    share_folder(_vault(config) / FOLDER)
    return [_vault(config), own]  # the one that is more likely to fail first


def _rules(config: Config) -> Rules:
    keep = config.recordings
    return Rules(keep.keep_days, {"drill": keep.drill_keep_days})


def _known_holds(options: Namespace, config: Config) -> Holds | None:
    """What must stay: the hub's list, else the store of this very machine; None: nobody can say."""
    if options.holds is not None:
        known = _held.decode(options.holds.read_bytes())
    elif config.store.url.startswith(SQLITE) and Path(config.store.url.removeprefix(SQLITE)).exists():
        known = _open_incidents(config.store.url)
    else:
        _say("▲ 本机没有数据库：在中枢机器上运行 main.py recordings holds > holds.json，再用 --holds")
        _say("  no store here: run `main.py recordings holds` at the hub, then give --holds")
        return None
    vault = Path(config.recordings.vault) if config.recordings.vault else None
    if vault is not None and not vault_id(vault):
        _say("▲ 录音库未挂载，不知其中留存了什么　the vault is not mounted: its holds are not known")
        return None
    for folder in (Path(config.recordings.dir), vault):
        if folder is not None and (folder / HOLDS).exists():
            known = _both(known, _held.decode((folder / HOLDS).read_bytes()))
    return known


def _both(one: Holds, other: Holds) -> Holds:
    """What either says must stay."""
    return Holds(
        {**one.incidents, **other.incidents},
        {**one.calls, **other.calls},
        one.open_incidents | other.open_incidents,
    )


def _open_incidents(url: str) -> Holds:
    """Raises StoreError."""
    floor, _ = read_activations(url)
    running = [one for one in floor.incidents.values() if one.state is not IncidentState.CLOSED]
    return Holds(open_incidents=frozenset(name for one in running for name in (one.id, one.number)))


def _tell(wanted: Plan, config: Config) -> None:
    for one in wanted.doomed:
        _say(f"到期 due   {one.label.path}  {one.age_days} > {one.kept_days} d  {one.label.number}")
    for kept in wanted.kept:
        if kept.why in WHY:
            _say(f"保留 stays {kept.label.path}  {_why(kept)}")
    keep, count = config.recordings, len(wanted.doomed)
    _say(f"保存 keeps: {keep.keep_days} d, 演练 drills {keep.drill_keep_days} d")
    _say(f"到期 due: {count} 段, {wanted.bytes / 1e6:.1f} MB; 保留 stays: {len(wanted.kept)}")


def _why(kept: Kept) -> str:
    return " ".join(part for part in (WHY[kept.why], kept.words) if part)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
