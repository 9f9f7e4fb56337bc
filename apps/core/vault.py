"""Credentials at rest: sealed in the database under a key made of ``SECRET_KEY``.

A new ``SECRET_KEY`` still opens what was sealed under one of ``SECRET_KEY_FALLBACKS``.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """Sealed under a key that this house does not have."""


def _fernet(secret: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"dms.credentials").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _vault() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_fernet(str(key)) for key in keys])


def seal(values: dict[str, Any]) -> str:
    """JSON-able ``values`` as an authenticated, encrypted text."""
    return _vault().encrypt(json.dumps(values).encode()).decode()


def unseal(sealed: str) -> dict[str, Any]:
    """What was sealed; nothing of nothing. Raises Unreadable."""
    if not sealed:
        return {}
    try:
        return json.loads(_vault().decrypt(sealed.encode()))
    except InvalidToken:
        raise Unreadable from None
