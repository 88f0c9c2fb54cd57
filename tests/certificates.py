"""Certificates for servers on the loopback: a right one, and some that are wrong in one way each."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def make_all(folder: Path) -> None:
    """For 127.0.0.1 a right one, for .2 one that is over, for .3 one of another name, for .4 one that
    nobody knows; in trusted.pem all but that.
    """
    trusted = [
        make(folder, "cert", "key", "localhost", "127.0.0.1"),
        make(folder, "expired", "expired-key", "127.0.0.2", over=True),
        make(folder, "another", "another-key", "mail.elsewhere.example"),
    ]
    make(folder, "unknown", "unknown-key", "127.0.0.4")
    (folder / "trusted.pem").write_bytes(b"".join(trusted))


def make(folder: Path, certificate: str, key: str, *names: str, over: bool = False) -> bytes:
    """A certificate for these names, signed by itself; `over` since yesterday."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * day)
        .not_valid_after(now - day if over else now + 30 * day)
        .add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    (folder / f"{certificate}.pem").write_bytes(made)
    raw = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{key}.pem").write_bytes(raw)
    return made


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
