"""Configuration from environment variables, and from nowhere else.

Each variable is read once, checked and turned into a Python value. What is
malformed stops the start with one sentence that says what is expected. Names that
look like ours but are not known (``DMS_…``) stop it too: a misspelt switch must
not be ignored in silence.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent

SMS_BACKENDS = ("file", "gateways")
FILING_BACKENDS = ("file",)
LANGUAGES = ("zh-hans", "en")
KNOWN_INTERNAL = {"DMS_SUPERVISED", "DMS_VAR"}
HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]")


class ConfigError(Exception):
    """A configuration value that cannot be used; the message is the whole story."""


@dataclass(frozen=True)
class Config:
    """The checked configuration. ``database_url`` and ``redis_url`` may be empty: embedded services."""

    database_url: str
    redis_url: str
    secret_key: str
    allowed_hosts: list[str]
    public_url: str
    trusted_proxies: list[str]
    port: int
    time_zone: str
    language_code: str
    email_url: str
    sms_backend: str
    filing_backend: str
    media_root: Path
    log_format: str
    demo: bool
    production: bool
    var: Path


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = env.get(name, "") or default
    if value not in choices:
        raise ConfigError(f"{name} is {value!r}; it must be one of: {', '.join(choices)}.")
    return value


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = env.get(name, "")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        complete = bool(parts.hostname) and parts.port != 0
    except ValueError as error:  # the port, or brackets that do not close
        raise ConfigError(f"{name} cannot be read: {error}.") from None
    if parts.scheme not in schemes or "://" not in value:
        raise ConfigError(f"{name} must be a URL that starts with {' or '.join(s + '://' for s in schemes)}.")
    if not complete and parts.scheme not in ("file", "postgres", "postgresql"):
        raise ConfigError(f"{name} names no host, or port 0.")
    return value


def _database_url(env: Mapping[str, str]) -> str:
    value = _url(env, "DATABASE_URL", ("postgresql", "postgres"))
    try:
        conninfo_to_dict(value)
    except ProgrammingError as error:
        raise ConfigError(f"DATABASE_URL cannot be read: {str(error).strip()}.") from None
    return value


def _public_url(env: Mapping[str, str]) -> str:
    value = _url(env, "PUBLIC_URL", ("http", "https")).rstrip("/")
    if value.count("/") > 2 or "?" in value or "#" in value:
        raise ConfigError("PUBLIC_URL takes a scheme, a host and perhaps a port, nothing behind them.")
    return value


def _email_url(env: Mapping[str, str]) -> str:
    value = _url(env, "EMAIL_URL", ("smtp", "smtps", "file"))
    if "?" in value:
        raise ConfigError("EMAIL_URL takes no options behind a question mark.")
    return value


def _hosts(env: Mapping[str, str]) -> list[str]:
    hosts = [host.strip() for host in env.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    for host in hosts:
        if not HOST.fullmatch(host):
            raise ConfigError(f"ALLOWED_HOSTS holds {host!r}; it takes names without scheme, port or path.")
    return hosts


def _port(env: Mapping[str, str]) -> int:
    value = env.get("PORT", "") or "8000"
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise ConfigError(f"PORT is {value!r}; it must be a number from 1 to 65535.")
    return int(value)


def _time_zone(env: Mapping[str, str]) -> str:
    value = env.get("TIME_ZONE", "") or "Asia/Shanghai"
    if value not in zoneinfo.available_timezones():
        raise ConfigError(f"TIME_ZONE is {value!r}; it must be a zone name such as Asia/Shanghai.")
    return value


def _networks(env: Mapping[str, str]) -> list[str]:
    items = [item.strip() for item in env.get("TRUSTED_PROXIES", "").split(",") if item.strip()]
    for item in items:
        try:
            ip_network(item, strict=False)
        except ValueError:
            raise ConfigError(f"TRUSTED_PROXIES holds {item!r}; it takes addresses or networks.") from None
    return items


def _demo(env: Mapping[str, str]) -> bool:
    return _one_of(env, "DEMO", ("0", "1"), "0") == "1"


def _secret_key(env: Mapping[str, str], var: Path, production: bool) -> str:
    """The key from the environment; outside production, one kept under ``var``."""
    key = env.get("SECRET_KEY", "")
    if key:
        if len(key) < 32:
            raise ConfigError("SECRET_KEY is too short; it must have 32 characters or more.")
        return key
    if production:
        raise ConfigError("SECRET_KEY is not set. Production needs one of 32 characters or more.")
    path = var / "secret_key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
                f.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # another process was first; its key is the key
    return path.read_text().strip()


def load(env: Mapping[str, str] | None = None) -> Config:
    """Read and check the environment. Raises ConfigError with one sentence."""
    env = os.environ if env is None else env
    unknown = sorted(n for n in env if n.startswith("DMS_") and n not in KNOWN_INTERNAL)
    if unknown:
        raise ConfigError(f"Unknown configuration variable {unknown[0]}; see the table in README.md.")
    public_url, hosts = _public_url(env), _hosts(env)
    production = bool(hosts)
    var = Path(env.get("DMS_VAR", "") or BASE_DIR / "var")
    return Config(
        database_url=_database_url(env),
        redis_url=_url(env, "REDIS_URL", ("redis", "rediss")),
        secret_key=_secret_key(env, var, production),
        allowed_hosts=hosts or ["localhost", "127.0.0.1", "[::1]", ".localhost"],
        public_url=public_url or f"http://localhost:{_port(env)}",
        trusted_proxies=_networks(env),
        port=_port(env),
        time_zone=_time_zone(env),
        language_code=_one_of(env, "LANGUAGE_CODE", LANGUAGES, "zh-hans"),
        email_url=_email_url(env),
        sms_backend=_one_of(env, "SMS_BACKEND", SMS_BACKENDS, "file"),
        filing_backend=_one_of(env, "FILING_BACKEND", FILING_BACKENDS, "file"),
        media_root=Path(env.get("MEDIA_ROOT", "") or var / "media"),
        log_format=_one_of(env, "LOG_FORMAT", ("text", "json"), "text"),
        demo=_demo(env),
        production=production,
        var=var,
    )


def load_or_exit() -> Config:
    """``load`` for the settings module: a bad value ends the program with its sentence."""
    try:
        return load()
    except ConfigError as error:
        sys.exit(f"Configuration: {error}")


def database(url: str, *, pool: bool) -> dict:
    """Django's DATABASES entry for a PostgreSQL URL; what stands behind its ``?`` (``sslmode=…``) counts."""
    parts = urlsplit(url)
    options: dict = dict(parse_qsl(parts.query))
    options |= {"pool": {"min_size": 1, "max_size": 16, "timeout": 10}} if pool else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "dms",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "OPTIONS": options,
        "ATOMIC_REQUESTS": False,
    }


def email(url: str, var: Path) -> dict:
    """Django's e-mail settings for ``smtp://user:password@host:port``, ``smtps://…`` or ``file://``."""
    parts = urlsplit(url)
    if parts.scheme in ("smtp", "smtps"):
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
        }
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(Path(parts.path) if parts.path else var / "mail"),
    }
