"""The hubs a machine may turn to: its own list, home first, then what a hub told and the roster knows."""

import logging
from pathlib import Path

from store.bus.keys import KeyFileError
from store.bus.link_state import LinkSettings
from store.bus.roster import RosterError, RosterFile, key_of_address
from store.core.roster import MachineRole

HUB_ROLES = frozenset({MachineRole.HUB, MachineRole.RELAY})

log = logging.getLogger(__name__)


class KnownHubs:
    """Belongs to the bus thread."""

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._own = list(settings.hubs)
        self._number = 0
        self._away = ""  # an address beyond our own list that commands just now
        self._roster: RosterFile | None = None
        if settings.keys_dir is not None:
            self._roster = _roster(settings.keys_dir)

    @property
    def address(self) -> str:
        """Where we are, or try to be."""
        return self._away or self._own[self._number % len(self._own)]

    @property
    def home(self) -> str:
        return self._own[0]

    @property
    def revision(self) -> int:
        """Of the roster here; 0: none."""
        return self._roster.revision if self._roster else 0

    def key_of(self, address: str) -> str:
        """Public key that must answer there."""
        folder = self._settings.keys_dir
        try:
            return key_of_address(folder, address) if folder else self._settings.hub_public
        except KeyFileError:
            return self._settings.hub_public

    def go_next(self) -> None:
        """This one is silent."""
        self._number += 0 if self._away else 1
        self._away = ""

    def go(self, address: str) -> None:
        """This one commands."""
        if self._settings.only:
            return
        if address in self._own:
            self._number, self._away = self._own.index(address), ""
        else:
            self._away = address

    def learn(self, addresses: tuple[str, ...]) -> None:
        """A hub told which others there are."""
        if self._settings.only:
            return
        self._own += [address for address in addresses if address not in self._own]

    def others(self) -> list[str]:
        """Everywhere else, our own list first."""
        if self._settings.only:
            return []
        machines = self._roster.machines.values() if self._roster else ()
        told = [one.address for one in machines if one.role in HUB_ROLES and one.address]
        return [one for one in dict.fromkeys([*self._own, *told]) if one != self.address]

    def take_roster(self, sealed: bytes) -> None:
        """A newer signed roster; kept on disk, so that a cold start knows the hubs and their keys."""
        try:
            if self._roster is not None and sealed:
                self._roster.take_news(sealed)
        except RosterError as error:
            log.warning("roster of the hub not taken: %s", error)


def _roster(folder: Path) -> RosterFile | None:
    """`None`: this machine was never given a roster key, it goes by the pinned key of the hub alone."""
    if not (folder / "roster.pub").exists():
        return None
    roster = RosterFile(folder / "roster.json")
    try:
        roster.reload()
    except RosterError as error:
        log.warning("roster not read: %s", error)
    return roster
