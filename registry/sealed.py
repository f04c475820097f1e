"""Secrets that must be read again, at rest: sealed with a key made of SECRET_KEY, so that a copy of the database alone
gives none of them away.

After a change of SECRET_KEY, the ones before it (settings.SECRET_KEY_FALLBACKS) still open what they sealed.
"""

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@cache
def _fernet(*keys: str) -> MultiFernet:
    made = [
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"registry.sealed").derive(key.encode())
        for key in keys
    ]
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in made])


def _ours() -> MultiFernet:
    return _fernet(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def seal(secret: str) -> str:
    """The secret, sealed."""
    return _ours().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The secret in it; None where no key of ours opens it."""
    try:
        return _ours().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None
