"""Receipts: signed proof of a check, or of what a person refuses, as a JWS (RFC 7515) with `Ed25519` (RFC 9864).

Anybody can verify one with the keys of `/.well-known/jwks.json` and no access to the register. What it proves: this
register gave this answer to this question at this time.
"""

import json
import os
import tempfile
from base64 import urlsafe_b64encode
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from registry.errors import ReceiptNotValid

TYPE = "predial-receipt+jwt"
#: The type of a person's own receipt, so that the one cannot be passed off as the other.
OPT_OUT_TYPE = "opt-out-receipt+jwt"
ALGORITHM = "Ed25519"


@cache
def _signing_key(path: Path) -> OKPKey:
    """The key at `path`, made there (0600) if there is none. Two processes that start at once end with one key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = OKPKey.generate_key("Ed25519", private=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(fresh.as_pem(private=True))
        with suppress(FileExistsError):
            os.link(name, path)
        Path(name).unlink()
    key = OKPKey.import_key(path.read_bytes())
    return OKPKey.import_key(
        {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"}
    )


def _key() -> OKPKey:
    return _signing_key(Path(settings.RECEIPT_KEY_FILE))


@cache
def _signer(path: Path | str, kind: str) -> tuple[Ed25519PrivateKey, bytes]:
    """The private key and the encoded protected header, which is the same in every receipt of a type."""
    key = _signing_key(Path(path))
    header = {"alg": ALGORITHM, "typ": kind, "kid": key.kid}
    private = key.private_key
    assert isinstance(private, Ed25519PrivateKey)  # noqa: S101 - `_signing_key` makes and reads no other kind
    return private, _base64url(json.dumps(header, separators=(",", ":")).encode())


def _base64url(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def sign(payload: bytes, kind: str = TYPE) -> str:
    """The compact JWS over `payload`, a JSON object of claims; `kind` is its media type in the header.

    Put together here: the library's general way takes as long again as the signature, at every check. `verify` goes
    through the library, so that each test of it holds the two against each other.
    """
    private, header = _signer(settings.RECEIPT_KEY_FILE, kind)
    signed = header + b"." + _base64url(payload)
    return (signed + b"." + _base64url(private.sign(signed))).decode("ascii")


def public_keys() -> dict[str, Any]:
    """The JSON Web Key Set (RFC 7517) outsiders verify with."""
    return KeySet([_key()]).as_dict(private=False)


def verify(receipt: str, kind: str = TYPE) -> bytes:
    """The claims of a receipt of that type that this register signed. Raises `ReceiptNotValid` for anything else."""
    try:
        signed = jws.deserialize_compact(receipt.encode("ascii"), KeySet([_key()]), algorithms=[ALGORITHM])
    except (JoseError, ValueError, UnicodeError, KeyError, TypeError) as error:
        raise ReceiptNotValid(pointer="/receipt") from error
    # A signature of Ed25519 is deterministic, so a receipt has one spelling; base64 and JSON would admit others.
    if signed.headers().get("typ") != kind or sign(signed.payload, kind) != receipt:
        raise ReceiptNotValid(pointer="/receipt")
    return signed.payload
