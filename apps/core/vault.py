"""Credentials at rest: sealed in the database under a key made of ``SECRET_KEY``."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """Sealed under a key that this house does not have."""


def _vault() -> Fernet:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"dms.credentials")
    return Fernet(base64.urlsafe_b64encode(kdf.derive(settings.SECRET_KEY.encode())))


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
