"""CURVE key pairs, made on the machine they belong to; the secret half is a file of mode 0600, never sent.

keys/<machine>.key   public and secret key of a machine (JSON, mode 0600)
keys/hub.pub         the hub's public key, pinned on every machine
keys/roster.json     on the hub: the enrolled machines
"""

import os
from pathlib import Path

import msgspec
import zmq
from msgspec import Struct

from store.private_file import write_private

HUB = "hub"
OPEN_BITS = 0o077


class KeyFileError(Exception):
    """A key file cannot be used; the text says why."""


class KeyPair(Struct, frozen=True):
    """Z85 texts."""

    public: str
    secret: str

    def __repr__(self) -> str:
        return f"KeyPair({self.public})"


def new_keys() -> KeyPair:
    """A fresh pair, kept nowhere."""
    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


def own_keys(folder: Path, machine: str) -> KeyPair:
    """The pair of this machine, made at the first start. Raises KeyFileError."""
    path = folder / f"{machine}.key"
    if path.exists():
        return _read(path)
    pair = new_keys()
    if write_private(path, msgspec.json.encode(pair)):
        return pair
    return _read(path)  # another process of this machine was faster


def hub_public_key(folder: Path) -> str:
    """The pinned key of the hub. Raises KeyFileError when this machine was never given it."""
    path = folder / "hub.pub"
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{path}: the hub's public key is missing") from error


def pin_hub_key(folder: Path, public: str) -> None:
    """Write the hub's public key where the machines of this folder look for it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "hub.pub").write_text(public + "\n", encoding="ascii")


def _read(path: Path) -> KeyPair:
    if os.name == "posix" and path.stat().st_mode & OPEN_BITS:
        raise KeyFileError(f"{path}: others may read it; set its mode to 0600")
    try:
        return msgspec.json.decode(path.read_bytes(), type=KeyPair)
    except (OSError, msgspec.MsgspecError) as error:
        raise KeyFileError(f"{path}: not a key file") from error
