"""Ed25519 signatures: what one site sealed, every other site can prove with the public key alone.

Each purpose signs under its own label, so that a seal made for one thing never fits another.
"""

import functools

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED_BYTES = 32
SEAL_BYTES = 64
PUBLIC_KEYS_KEPT = 256

ROSTER_LABEL = b"lingsheng roster\0"
TOKEN_LABEL = b"lingsheng token\0"
HEAD_LABEL = b"lingsheng journal head\0"


class SignKey:
    """The secret half. `name`: what its holder is called in the roster; `public`: the other half as hex."""

    def __init__(self, name: str, seed: bytes) -> None:
        """`seed`: SEED_BYTES of chance; the same seed is the same key."""
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw().hex()

    def __repr__(self) -> str:
        return f"SignKey({self.name}, {self.public})"

    def sign(self, label: bytes, content: bytes) -> bytes:
        """SEAL_BYTES."""
        return self._key.sign(label + content)


def is_signed(public: str, label: bytes, signature: bytes, content: bytes) -> bool:
    """True when the holder of `public` (hex) signed this content under this label. Costs about 100 µs."""
    try:
        _key(public).verify(signature, label + content)
    except (InvalidSignature, ValueError):
        return False
    return True


@functools.lru_cache(PUBLIC_KEYS_KEPT)
def _key(public: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
