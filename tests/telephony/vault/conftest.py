"""A vault of a city and its seats, in folders of the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from telephony.archive.labels import Label, write_label
from telephony.vault.folder import found_vault
from telephony.vault.vault import Vault
from tests.telephony.archive.recorded import record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "vault"
    made.mkdir()
    found_vault(made, here=True)
    return made


@pytest.fixture
def make_seat(tmp_path: Path, folder: Path) -> Iterator[Callable[[str], Vault]]:
    made: list[Vault] = []

    def make(number: str) -> Vault:
        (tmp_path / number).mkdir(exist_ok=True)
        made.append(Vault(tmp_path / number, folder))
        return made[-1]

    yield make
    for one in made:
        one.close()


def labelled(vault: Vault, n: int, **known: object) -> Label:
    """A recording of this seat, with its label."""
    label = record(vault.own, n, **known)
    write_label(vault.own, label)
    return label


def settle(vault: Vault) -> None:
    """Put in what waits and read what is new, as its process does."""
    vault.recognise()
    for one in vault.waiting():
        vault.put(*one)
    for day in vault.unread():
        vault.read(*day)
