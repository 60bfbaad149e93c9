"""Administration of a hub from the command line: enrol and strike machines, accounts.

Works on files and tables while the hub runs; the hub notices a changed roster within a second.
"""

from pathlib import Path

from store.bus.clock import Clock
from store.bus.keys import HUB, own_keys, pin_hub_key
from store.bus.roster import enrol, strike
from store.config import Config
from store.core.roster import Machine, MachineRole
from store.db.accounts import set_account as write_account
from store.db.migrate import migrate


def enrol_machine(
    config: Config, name: str, role: MachineRole, seat_id: str = "", public_key: str | None = None
) -> Machine:
    """Enrol a machine. Without `public_key` it is a machine of this folder, and its key is made here.

    `seat_id`: id or number of the seat it is. Raises RosterError, KeyFileError.
    """
    folder = Path(config.keys.dir)
    pin_hub_key(folder, own_keys(folder, HUB).public)
    machine = Machine(name, public_key or own_keys(folder, name).public, role, seat_id)
    enrol(folder / "roster.json", machine)
    return machine


def strike_machine(config: Config, name: str) -> bool:
    """Take a machine off the roster: a running hub cuts it off. False: it was not enrolled."""
    return strike(Path(config.keys.dir) / "roster.json", name)


def set_account(config: Config, staff_number: str, password: str) -> None:
    """Make an account or change its password. Raises StoreError."""
    migrate(config.store.url)
    write_account(config.store.url, staff_number, password, Clock().now_ms())
