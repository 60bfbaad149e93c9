"""The kit on disk: one folder per machine, laid out like the machine's own disk, and a checklist in each.

Making it again changes only what city.toml changed; passwords and certificates stay (`secrets/`, mode 0700).
"""

import os
from collections.abc import Iterator
from pathlib import Path

from store.config import ConfigError
from store.config.words import Words
from store.deploy import engine, network, processes
from store.deploy.checklist import checklist
from store.deploy.city_file import CityFile, CityMachine, read_city
from store.deploy.engine import backup_dir
from store.deploy.exchange import (
    MONITOR_FILE,
    kamailio_cfg,
    monitor_secrets,
    telephone_passwords,
    wrong_exchange,
)
from store.deploy.processes import TEMPLATES
from store.deploy.secrets_file import Passwords, certificate, passwords
from store.deploy.text_forms import env_text, toml_text, yaml_text

HEAD = "# 由 main.py deploy make 生成，请改 city.toml written by main.py deploy make: change city.toml\n"
SECRET = 0o600
OPEN = 0o644
STOP_PATRONI = """#!/bin/sh
# 撤下 Patroni 而不停数据库，只用于破窗接管 takes Patroni away, PostgreSQL stays: break-glass only
systemctl kill --kill-who=main --signal=SIGKILL patroni
systemctl stop patroni
systemctl disable patroni
systemctl is-active --quiet patroni || rm -f "{request}"
"""
ASK_STOP_PATRONI = """#!/bin/sh
# 请 lingsheng-stop-patroni.path（root）撤下 Patroni；文件消失即已撤下 done when the file is gone
: > "{request}" || exit 1
n=0
while [ -e "{request}" ]; do
    n=$((n + 1))
    if [ "$n" -gt 150 ]; then
        rm -f "{request}"   # 不留到以后 an order that was not carried out must not wait for a better day
        echo "systemctl status lingsheng-stop-patroni.path" >&2
        exit 1
    fi
    sleep 0.1
done
"""

File = tuple[str, str | bytes, int]
"""Absolute path on the machine, content, mode."""


def make_kit(city_file: Path, out: Path) -> dict[str, int]:
    """Write the kit; machine -> number of files. Raises ConfigError, OSError."""
    city = read_city(city_file)
    wrong = wrong_exchange(city)
    if wrong:
        raise ConfigError(city_file, [Words(f"交换机无法生成：{wrong}", f"the exchange: {wrong}")])
    secrets = out / "secrets"
    secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = passwords(secrets)
    written = {}
    for machine in city.machine:
        files = list(_files(city, machine, words, secrets))
        files.append((f"{city.path('config', machine)}/city.toml", city_file.read_bytes(), OPEN))
        folder = out / machine.name
        for path, content, mode in files:
            _write(folder / path.lstrip("/"), content, mode)
        _write(folder / "CHECKLIST.md", checklist(city, machine), OPEN)
        written[machine.name] = len(files)
    return written


def _files(city: CityFile, machine: CityMachine, words: Passwords, secrets: Path) -> Iterator[File]:
    config, etc = city.path("config", machine), city.path("etc", machine)
    runs = set(machine.runs)
    yield f"{config}/machine", machine.name + "\n", OPEN
    yield f"{config}/owners", _owners(city, machine), 0o755
    yield f"{etc}/chrony/conf.d/lingsheng.conf", network.chrony(city), OPEN
    yield f"{etc}/nftables.d/lingsheng.nft", network.nft(city, machine), OPEN
    yield f"{config}/lingsheng.toml", HEAD + toml_text(processes.configuration(city, machine)), OPEN
    for name, text in processes.units(city, machine).items():
        yield f"{city.path('units', machine)}/{name}", text, OPEN
    if runs & processes.ON_SCREEN:
        text = (TEMPLATES / "lightdm.conf").read_text(encoding="utf-8")
        yield f"{etc}/lightdm/lightdm.conf.d/lingsheng.conf", text, OPEN
    if "seat" in runs:
        yield f"{config}/{MONITOR_FILE}", monitor_secrets(secrets, city)[machine.site] + "\n", SECRET
    if city.running("exchange") and runs & {"seat", "exchange"}:
        yield from _telephones(city, machine, telephone_passwords(secrets, city))
    if runs & {"postgresql", "etcd", "hub", "standby", "relay"}:
        tls = certificate(secrets, city, machine)
        yield f"{config}/tls/authority.crt", tls.authority, OPEN
        yield f"{config}/tls/machine.crt", tls.certificate, OPEN
        yield f"{config}/tls/machine.key", tls.key, SECRET
    if runs & {"postgresql", "hub", "standby"}:
        yield f"{config}/pgpass", engine.pgpass(words, owner=False), SECRET
        yield f"{config}/patroni.password", words.patroni + "\n", SECRET
    if "etcd" in runs:
        yield city.path("etcd_default", machine), HEAD + env_text(engine.etcd(city, machine)), OPEN
    if "postgresql" in runs:
        yield from _database(city, machine, words)


def _telephones(city: CityFile, machine: CityMachine, passwords: dict[str, str]) -> Iterator[File]:
    if "seat" in machine.runs:
        yield f"{city.path('config', machine)}/phone.password", passwords[machine.seat] + "\n", SECRET
    if "exchange" in machine.runs:
        yield f"{city.path('kamailio', machine)}/kamailio.cfg", kamailio_cfg(city, machine, passwords), SECRET


def _database(city: CityFile, machine: CityMachine, words: Passwords) -> Iterator[File]:
    patroni, config = city.path("patroni", machine), city.path("config", machine)
    yield f"{patroni}/config.yml", HEAD + yaml_text(engine.patroni(city, machine, words)), SECRET
    yield f"{patroni}/roles.sql", engine.roles_sql(city, words), SECRET
    yield f"{patroni}/archive-wal", (TEMPLATES / "archive-wal.sh").read_text(encoding="utf-8"), 0o755
    # Not in Patroni's folder: what root runs must not belong to the user postgres.
    request = processes.stop_request(city, machine)
    yield f"{config}/stop-patroni", STOP_PATRONI.replace("{request}", request), 0o755
    yield f"{config}/ask-stop-patroni", ASK_STOP_PATRONI.replace("{request}", request), 0o755
    sections = processes.configuration(city, machine)
    sections["store"]["url"] = engine.store_url(city, machine, owner=True).replace("/pgpass", "/pgpass-owner")
    yield f"{config}/owner.toml", HEAD + toml_text(sections), OPEN
    sections["store"]["url"] = engine.store_url(city, machine).replace("/pgpass", "/pgpass-postgres")
    server = sections["cluster"]["server"].replace("/pgpass", "/pgpass-postgres")
    sections["cluster"] = {**sections["cluster"], "server": server}
    yield f"{config}/database.toml", HEAD + toml_text(sections), OPEN
    yield f"{config}/pgpass-owner", engine.pgpass(words, owner=True), SECRET
    yield f"{config}/pgpass-postgres", _pgpass_postgres(words), SECRET


def _pgpass_postgres(words: Passwords) -> str:
    """For backups and rejoining, which the user postgres runs by database.toml."""
    roles = {"postgres": words.superuser, "replicator": words.replication, "rewind": words.rewind}
    roles[engine.HUB_ROLE] = words.hub
    return "".join(f"*:*:*:{role}:{password}\n" for role, password in roles.items())


def _owners(city: CityFile, machine: CityMachine) -> str:
    """A script, because a copied tree carries no owners between machines."""
    config, patroni = city.path("config", machine), city.path("patroni", machine)
    state, log = city.path("state", machine), city.path("log", machine)
    lines = ["#!/bin/sh", "set -eu", f"install -d -o lingsheng -g lingsheng -m 0700 {state} {log}"]
    runs = set(machine.runs)
    if runs & {"postgresql", "etcd", "hub", "standby", "relay"}:
        lines += [
            "getent group lingsheng-tls >/dev/null || groupadd --system lingsheng-tls",
            "for user in lingsheng postgres etcd; do",
            '    if id "$user" >/dev/null 2>&1; then usermod -a -G lingsheng-tls "$user"; fi',
            "done",
            f"chown root:lingsheng-tls {config}/tls/machine.key && chmod 0640 {config}/tls/machine.key",
        ]
    if runs & {"postgresql", "hub", "standby"}:
        lines.append(f"chown lingsheng {config}/pgpass {config}/patroni.password")
    if runs & processes.ON_SCREEN:
        env = f"{config}/{processes.SCREEN_ENV}"
        lines += [
            "loginctl enable-linger lingsheng",
            "usermod -a -G audio lingsheng",
            f"[ -e {env} ] ||",
            f"    printf 'DISPLAY=:0\\nXDG_RUNTIME_DIR=/run/user/%s\\n' \"$(id -u lingsheng)\" >{env}",
        ]
    if "seat" in runs:
        lines.append(f"chown lingsheng {config}/{MONITOR_FILE}")
    if "seat" in runs and city.running("exchange"):
        lines.append(f"chown lingsheng {config}/phone.password")
    if "exchange" in runs:
        lines.append(f"chown kamailio {city.path('kamailio', machine)}/kamailio.cfg")
    if "postgresql" in runs:
        data, backup = city.path("postgresql_data", machine), backup_dir(city, machine)
        lines += [
            f"chown -R postgres {patroni} {config}/pgpass-owner {config}/pgpass-postgres",
            f"install -d -o postgres -g postgres -m 0700 {data} {backup} {backup}/wal",
        ]
    if "etcd" in runs:
        lines.append(f"install -d -o etcd -g etcd -m 0700 {city.path('etcd_data', machine)}")
    return "\n".join([*lines, ""])


def _write(path: Path, content: str | bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content.encode() if isinstance(content, str) else content
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(text)
    path.chmod(mode)
