"""Administration of a hub from the command line: enrol and strike machines, accounts.

Works on files and tables while the hub runs; the hub notices a changed roster within a second.
"""

from pathlib import Path

from msgspec.structs import replace

from store.bus.clock import Clock
from store.bus.keys import HUB, own_keys, own_sign_key, pin_hub_key
from store.bus.roster import enrol, read_roster, strike
from store.config import Config
from store.core.roster import SEALING_ROLES, Machine, MachineRole
from store.db.accounts import set_account as write_account
from store.db.migrate import migrate


def enrol_machine(
    config: Config,
    name: str,
    role: MachineRole,
    seat_id: str = "",
    public_key: str | None = None,
    *,
    site: str = "",
    reserve: bool = False,
    sign_key: str = "",
    address: str = "",
) -> Machine:
    """Enrol a machine. Without `public_key` it is a machine of this folder, and its keys are made here.

    `seat_id`: id or number of the seat it is; the rest as in `Machine`. The hub of this folder is enrolled
    with the first machine. Raises RosterError, KeyFileError.
    """
    folder = Path(config.keys.dir)
    enrol_hub(config)
    seals = role in SEALING_ROLES
    sign_key = sign_key if seals else ""  # whatever machine came with the code brought one
    machine = Machine(name, public_key or "", role, seat_id, site, reserve, sign_key, address)
    if public_key is None:
        sign_key = own_sign_key(folder, name).public if seals else ""
        machine = replace(machine, public_key=own_keys(folder, name).public, sign_key=sign_key)
    enrol(folder / "roster.json", machine)
    return machine


def enrol_hub(config: Config) -> None:
    """The hub is enrolled like everybody: other sites prove its tokens with its sign key. Once is enough.

    Raises RosterError, KeyFileError.
    """
    folder = Path(config.keys.dir)
    keys = own_keys(folder, HUB)
    pin_hub_key(folder, keys.public)
    address = config.hub.hubs[0] if config.hub.hubs else ""
    sign_key = own_sign_key(folder, HUB).public
    hub = Machine(HUB, keys.public, MachineRole.HUB, sign_key=sign_key, address=address)
    if HUB not in {machine.name for machine in read_roster(folder / "roster.json")}:
        enrol(folder / "roster.json", hub)


def strike_machine(config: Config, name: str) -> bool:
    """Take a machine off the roster: a running hub cuts it off. False: it was not enrolled."""
    return strike(Path(config.keys.dir) / "roster.json", name)


def set_account(config: Config, staff_number: str, password: str) -> None:
    """Make an account or change its password. Raises StoreError."""
    migrate(config.store.url)
    write_account(config.store.url, staff_number, password, Clock().now_ms())
