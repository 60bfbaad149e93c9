"""CURVE key pairs, made on the machine they belong to; the secret half is a file of mode 0600, never sent.

keys/<machine>.key    public and secret key of a machine (JSON, mode 0600)
keys/<machine>.sign   Ed25519 key with which a hub or relay seals tokens (hex, mode 0600)
keys/hub.pub          the hub's public key, pinned on every machine
"""

import os
import secrets
from pathlib import Path

import msgspec
import zmq
from msgspec import Struct

from store.config.words import Words
from store.core.seals import SEED_BYTES, SignKey
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


_key_pairs = msgspec.json.Decoder(KeyPair)


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
    """Write the hub's public key where the machines of this folder look for it, whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, fresh = folder / "hub.pub", folder / f"hub.pub.{os.getpid()}"
    if path.exists() and path.read_text(encoding="ascii").strip() == public:
        return
    fresh.write_text(public + "\n", encoding="ascii")
    fresh.replace(path)  # a seat that starts in this moment must not read half a key


def own_name(folder: Path, site: str) -> str:
    """The roster's name of this site's hub or relay, whichever role it plays today.

    "relay-<code>" where such a key lies (a district, enrolled by the centre), else "hub".
    """
    relay = f"relay-{site.lower()}"
    return relay if (folder / f"{relay}.key").exists() else HUB


def own_sign_key(folder: Path, machine: str) -> SignKey:
    """The sealing key of this hub or relay, made at the first start. Raises KeyFileError."""
    path = folder / f"{machine}.sign"
    if not path.exists():
        write_private(path, secrets.token_bytes(SEED_BYTES).hex().encode())
    try:
        return SignKey(machine, bytes.fromhex(read_private(path).decode("ascii")))
    except ValueError as error:
        raise KeyFileError(f"{path}: not a sign key") from error


class SecretFlaw(Struct, frozen=True):
    """What is wrong with a file that holds a secret; `broken`: what it is for cannot work."""

    words: Words
    broken: bool


EMPTY = SecretFlaw(Words("是空的", "is empty"), broken=True)
OPEN = SecretFlaw(Words("他人可读", "others can read"), broken=False)


def secret_flaw(path: Path) -> SecretFlaw | None:
    """None: there is something in it, and it is its owner's alone. Raises OSError."""
    if not path.read_bytes().strip():
        return EMPTY
    return OPEN if path.stat().st_mode & OPEN_BITS else None


def read_private(path: Path) -> bytes:
    """A file that only its owner may read. Raises KeyFileError."""
    try:
        if os.name == "posix" and path.stat().st_mode & OPEN_BITS:
            raise KeyFileError(f"{path}: others may read it; set its mode to 0600")
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read: {error.strerror}") from error


def _read(path: Path) -> KeyPair:
    try:
        return _key_pairs.decode(read_private(path))
    except msgspec.MsgspecError as error:
        raise KeyFileError(f"{path}: not a key file") from error
