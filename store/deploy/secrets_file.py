"""What the kit must remember between two runs: passwords, and the certificate authority of the city.

Kept in the folder of the kit (mode 0700), never on a machine that does not need it. Certificates are made
once per machine and address; deleting one file and making the kit again renews just that one.
"""

import datetime
import ipaddress
import secrets
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct, field

from store.deploy.city_file import CityFile, CityMachine
from store.private_file import write_private

PASSWORD_BYTES = 24
DAYS_VALID = 3650
"""A sealed room renews its certificates with its machines, not in between; `deploy check` warns before."""


def _word() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


class Passwords(Struct, frozen=True):
    """Of the roles in PostgreSQL and of Patroni's REST interface."""

    superuser: str = field(default_factory=_word)
    replication: str = field(default_factory=_word)
    rewind: str = field(default_factory=_word)
    owner: str = field(default_factory=_word)
    hub: str = field(default_factory=_word)
    patroni: str = field(default_factory=_word)


_passwords = msgspec.json.Decoder(Passwords)


class Certificate(Struct, frozen=True):
    """PEM texts of one machine, and the authority that signed it."""

    authority: bytes
    certificate: bytes
    key: bytes


def passwords(folder: Path) -> Passwords:
    """Those of this kit, made at its first run. Raises OSError, msgspec.MsgspecError."""
    path = folder / "passwords.json"
    write_private(path, msgspec.json.encode(Passwords()))
    return _passwords.decode(path.read_bytes())


def certificate(folder: Path, city: CityFile, machine: CityMachine) -> Certificate:
    """The machine's certificate for server and client use, valid for its name and address."""
    authority, authority_key = _authority(folder, city)
    path = folder / f"{machine.name}-{machine.address.replace(':', '_')}.pem"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        made = (
            _begun(_name(machine.name), authority.subject, key)
            .add_extension(x509.SubjectAlternativeName(_names(machine)), critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        write_private(path, _pem(key) + made.public_bytes(serialization.Encoding.PEM))
    both = path.read_bytes()
    at = both.index(b"-----BEGIN CERTIFICATE-----")
    return Certificate(authority.public_bytes(serialization.Encoding.PEM), both[at:], both[:at])


def _authority(folder: Path, city: CityFile) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path = folder / "authority.pem"
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"lingsheng {city.city.code}")
        made = (
            _begun(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        write_private(path, _pem(key) + made.public_bytes(serialization.Encoding.PEM))
    both = path.read_bytes()
    loaded = serialization.load_pem_private_key(both, None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(both), loaded


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS_VALID))
    )


def _names(machine: CityMachine) -> list[x509.GeneralName]:
    return [_general(name) for name in (machine.name, machine.address, *machine.also)]


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
