"""Recordings and prompts of this machine: the folder takes files, and what callers hear can be played."""

import os
import threading
from pathlib import Path

from console.doctor.finding import Finding, Level, ok
from store.config import Config
from telephony.archive.deletions import unnoted
from telephony.prompts.making import check_folder, missing, unknown_names
from telephony.vault.folder import MARK, vault_id

NAMED_MAX = 3
VAULT_S_MAX = 3.0


def prompts(config: Config) -> Finding:
    """A centre's own recordings: format, names, and whether something is missing altogether."""
    own = Path(config.recordings.prompts_dir) if config.recordings.prompts_dir else None
    made = Path(config.store.dir) / "prompts"
    bad = [
        Path(one.path).name for folder in _there(own, made) for one in check_folder(folder) if not one.good
    ]
    strange = list(unknown_names(own)) if own is not None and own.is_dir() else []
    if bad or strange:
        names = ", ".join([*bad, *strange][:NAMED_MAX])
        return Finding(
            Level.WARN,
            f"不能播放或文件名不认识：{names}",
            f"cannot be played, or no prompt is called so: {names}",
            "须为单声道 16 位 WAV；运行 python -m telephony.prompts check 文件夹",
            "mono 16 bit WAV; run `python -m telephony.prompts check FOLDER`",
        )
    folders = _there(own, made)
    lacking = set.intersection(*(set(missing(folder)) for folder in folders)) if folders else {"*"}
    if lacking:
        return Finding(
            Level.WARN,
            "没有提示音：只能念出问话" if not folders else f"缺 {len(lacking)} 段提示音",
            "no prompts: questions are read out" if not folders else f"{len(lacking)} prompts are missing",
            f"运行 python -m telephony.prompts make {made}",
            f"run `python -m telephony.prompts make {made}`",
        )
    return ok("提示音齐全", "all prompts are there")


def recordings(config: Config) -> Finding:
    """The folder can be written; deletions wait for nobody's journal for long."""
    folder = Path(config.recordings.dir)
    nearest = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding(
            Level.FAIL,
            f"{nearest} 不可写，通话不会被录音",
            f"{nearest} cannot be written: calls are not recorded",
            "改正权限，或修改 [recordings] dir",
            "mend its permissions, or change [recordings] dir",
        )
    waiting = len(unnoted(folder)) if folder.is_dir() else 0
    if waiting:
        return Finding(
            Level.WARN,
            f"{waiting} 次到期删除还未记入审计",
            f"{waiting} deletions are not in the journal yet",
            "在本机打开坐席并登录，片刻即登记",
            "open the seat here and log in: they are noted within minutes",
        )
    keep = config.recordings
    return _vault(keep.vault) or ok(f"保存 {keep.keep_days} 天", f"kept {keep.keep_days} days")


def _vault(folder: str) -> Finding | None:
    """None: nothing is wrong. Whoever touches a mount whose server is gone may never come back."""
    if not folder:
        return None
    found: list[str] = []
    looking = threading.Thread(target=lambda: found.append(_why_not(folder)), daemon=True)
    looking.start()
    looking.join(VAULT_S_MAX)
    why = found[0] if found else f"{VAULT_S_MAX:g} s"
    if not why:
        return None
    return Finding(
        Level.WARN,
        f"录音库 {folder} 不可用：{why}",
        f"the vault {folder} cannot be used: {why}",
        "先挂载并检查权限；全市首次使用，挂载后运行一次 main.py recordings vault",
        "mount it first, look at its rights; once for the city, when mounted, `main.py recordings vault`",
    )


def _why_not(folder: str) -> str:
    try:
        if not vault_id(Path(folder)):
            return f"{MARK}?"
    except OSError as error:
        return error.strerror or str(error)
    return "" if os.access(folder, os.W_OK | os.X_OK) else "r-x"


def _there(*folders: Path | None) -> list[Path]:
    return [folder for folder in folders if folder is not None and folder.is_dir()]
