"""The certificate authority and the brokers' certificates: the only home of cryptography. Must not touch a file.

A Raspberry Pi has no clock behind it: after a power cut it may live in 2021, or wherever its file system last was.
So what is made here is valid from 2020 to the end of the century, and who must not be let in any more loses the
password, not the certificate.
"""

import datetime
import ipaddress
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from broker.core.secret import Pair

NOT_BEFORE = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
NOT_AFTER = datetime.datetime(2099, 12, 31, tzinfo=datetime.UTC)
HERE = ("localhost", "127.0.0.1")


def make_authority(name: str) -> Pair:
    """A new authority that vouches for the brokers of district *name*."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Kentongan {name}"[:64])])
    builder = _builder(subject, subject, key.public_key(), key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs=True), critical=True)
    return Pair(_pem(key), builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def make_server(authority: Pair, hosts: Iterable[str]) -> Pair:
    """A new certificate by *authority* for a broker that is reached under *hosts*, and on its own machine."""
    names = _names(hosts)
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    signer = serialization.load_pem_private_key(authority.key, None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is of another kind than was made here")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    builder = _builder(subject, issuer.subject, key.public_key(), signer.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(map(_general, names)), critical=False)
    return Pair(_pem(key), builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def serves(certificate: bytes, hosts: Iterable[str], authority: Pair) -> bool:
    """Whether *certificate* is by *authority*, for exactly *hosts* and its own machine; False if it is damaged."""
    try:
        found = x509.load_pem_x509_certificate(certificate)
        found.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.certificate))
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return {*names} == {*map(_general, _names(hosts))}


def dates(certificate: bytes) -> tuple[float, float] | None:
    """From when to when *certificate* is valid, in seconds since the epoch; None if it is damaged."""
    try:
        found = x509.load_pem_x509_certificate(certificate)
    except ValueError:
        return None
    return found.not_valid_before_utc.timestamp(), found.not_valid_after_utc.timestamp()


def _names(hosts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*hosts, *HERE)))


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host.removesuffix("."))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), NOT_BEFORE, NOT_AFTER)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs, crl_sign=signs, encipher_only=False, decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
