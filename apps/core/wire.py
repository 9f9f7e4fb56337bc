"""JSON over HTTP, and what is known when it goes wrong."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

TIMEOUT_S = 10
"""Longer nobody waits for the other side."""
MOST_BYTES = 1_000_000


class Malformed(ValueError):
    """What the other side sent us cannot be read."""


class NeverArrived(Exception):
    """The request certainly did not reach the other side."""


class NoAnswer(Exception):
    """It may have arrived: nobody can say."""


@dataclass(frozen=True)
class Reply:
    """A status and its JSON (an empty object when it was none)."""

    status: int
    body: dict[str, Any]


class _NoRedirect(HTTPRedirectHandler):
    """A gateway that sends us elsewhere would get our credentials sent there."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = build_opener(_NoRedirect)


def call(
    method: str,
    url: str,
    *,
    json_body: Any = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT_S,
) -> Reply:
    """One request. Raises NeverArrived (refused, no such host) or NoAnswer (timeout, torn connection)."""
    data = None if json_body is None else json.dumps(json_body, ensure_ascii=False).encode()
    request = Request(url, data=data, method=method, headers=dict(headers or {}))
    if data is not None:
        request.add_header("Content-Type", "application/json; charset=utf-8")
    try:
        with _opener.open(request, timeout=timeout) as response:
            return Reply(response.status, _object(response.read(MOST_BYTES)))
    except HTTPError as error:
        with error:
            return Reply(error.code, _object(error.read(MOST_BYTES)))
    except URLError as error:
        if isinstance(error.reason, (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)):
            raise NeverArrived(str(error.reason)) from error
        raise NoAnswer(str(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise NoAnswer(str(error) or type(error).__name__) from error


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def rows(body: bytes) -> list[dict[str, Any]]:
    """A callback's JSON list of objects; one object counts as a list of one. Raises Malformed."""
    try:
        value = json.loads(body)
    except ValueError as error:
        raise Malformed(str(error)) from error
    value = [value] if isinstance(value, dict) else value
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Malformed("a list of objects is expected")
    return [{name: _storable(item) for name, item in row.items()} for row in value]


def _storable(value: Any) -> Any:
    """Without what no database takes: NUL, and halves of characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode().replace("\x00", "")
    return value
