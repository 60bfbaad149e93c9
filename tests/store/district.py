"""A district: a relay as a real process with folder, keys and seats of its own, beside a `City` of a test."""

import os
import shutil
import signal
from typing import Any

from msgspec.structs import replace
from sqlalchemy import text

from console.drill.ports import free_ports
from store.bus.keys import HUB, own_keys, own_sign_key
from store.bus.link_state import link_settings
from store.bus.roster import enrol, read_roster
from store.config import Config, load_config
from store.core.journal import Head, broken_at
from store.core.roster import MachineRole
from store.core.wire import Entry
from store.db import rows
from store.db.base import chain_start
from store.db.engine import open_engine
from store.hub_admin import enrol_machine
from tests.store.conftest import City, Desk, configuration
from tests.store.forked import Forked

CODE = "02"
CARRIED = ("roster.json", "roster.pub", "hub.pub")
"""What a technician carries from the centre to a new machine."""


class District:
    """The relay of site 02; seat 03 stands there. `line`: address it reaches the hub at, if not directly."""

    def __init__(self, city: City, url: str | None = None, line: str = "", code: str = CODE) -> None:
        self.city = city
        self.code = code
        self.folder = city.folder / f"district-{code}"
        (self.folder / "keys").mkdir(parents=True)
        self.url = url or f"sqlite:///{self.folder}/copy.sqlite"
        self.ports = free_ports(3)
        self.address = f"127.0.0.1:{self.ports[0]}"
        self.file = self.folder / "lingsheng.toml"
        hub_address = line or city.config.hub.hubs[0]
        self.file.write_text(
            configuration(self.folder, self.url, self.ports)
            + f'[site]\ncode = "{code}"\n[relay]\nhubs = ["{hub_address}"]\n',
            encoding="utf-8",
        )
        config = load_config(self.file)
        hubs = (self.address, city.config.hub.hubs[0])
        self.config: Config = replace(config, hub=replace(config.hub, hubs=hubs))
        self.process: Forked | None = None
        self._enrol(f"relay-{code}", MachineRole.RELAY, address=self.address)
        if line:  # the roster must not show the relay a way around its line
            self._move_hub(line)
        self.carry()

    def _move_hub(self, address: str) -> None:
        roster = self.city.folder / "keys" / "roster.json"
        hub = next(machine for machine in read_roster(roster) if machine.name == HUB)
        enrol(roster, replace(hub, address=address))

    def _enrol(self, name: str, role: MachineRole, seat: str = "", address: str = "") -> None:
        keys = self.folder / "keys"
        public = own_keys(keys, name).public
        sign = own_sign_key(keys, name).public if role is MachineRole.RELAY else ""
        enrol_machine(
            self.city.config, name, role, seat, public, site=self.code, sign_key=sign, address=address
        )

    def carry(self) -> None:
        for name in CARRIED:
            shutil.copy(self.city.folder / "keys" / name, self.folder / "keys" / name)

    def enrol_seat(self, number: str, machine: str) -> None:
        """A machine of this district; the roster comes over the line."""
        self._enrol(machine, MachineRole.SEAT, number)

    # --- the process --------------------------------------------------------------------------------

    def start(self) -> None:
        self.process = Forked("relay", self.file, self.folder / "relay.log")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)
        self.process = None

    def stop(self) -> int:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGTERM)
        code = self.process.wait(15)
        self.process = None
        return code

    def close(self) -> None:
        if self.process is not None:
            self.kill()

    def desk(self, machine: str, **changes: Any) -> Desk:
        """A machine of the district: its relay first, then the city's hub."""
        desk = Desk(replace(link_settings(self.config, machine), **changes))
        self.city.desks.append(desk)
        return desk

    def lonely_desk(self, machine: str) -> Desk:
        """A machine that can reach nothing but its relay."""
        public = own_keys(self.folder / "keys", f"relay-{self.code}").public
        return self.desk(machine, hubs=(self.address,), keys_dir=None, hub_public=public)

    # --- the copy -----------------------------------------------------------------------------------

    def head(self) -> Head:
        """Where the copy ends; the zero head while there is none."""
        engine = open_engine(self.url, writer=False)
        try:
            with engine.connect() as connection:
                if not engine.dialect.has_table(connection, "base"):
                    return Head()
                return rows.read_head(connection)
        finally:
            engine.dispose()

    def prove(self) -> int:
        """The copy is the hub's journal from its base on, chain and content; how many rows."""
        ours, start = journal_of(self.url)
        theirs, _ = journal_of(self.city.config.store.url)
        assert broken_at(ours, start) is None
        wanted = [entry for entry in theirs if entry.seq > start.seq]
        assert ours == wanted[: len(ours)]
        before = next((entry.hash for entry in theirs if entry.seq == start.seq), start.hash)
        assert before == start.hash
        return len(ours)


def journal_of(url: str) -> tuple[list[Entry], Head]:
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            return rows.read_journal(connection, 0, 10_000_000), chain_start(connection)
    finally:
        engine.dispose()
