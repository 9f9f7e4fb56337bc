"""Configuration: read once, checked, refused with one sentence."""

import pytest

from dms.config import ConfigError, database, load


def config(tmp_path, **env):
    return load({"DMS_VAR": str(tmp_path)} | env)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql://u:p@db:99999/dms"),
        ("DATABASE_URL", "postgresql://u:p@db:five/dms"),
        ("DATABASE_URL", "postgresql://u:p@db/dms?sslmod=require"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://broker:six/0"),
        ("REDIS_URL", "redis:///0"),
        ("EMAIL_URL", "smtp://mail:twentyfive"),
        ("EMAIL_URL", "smtp://mail?tls=1"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://dms.example.org/below"),
        ("ALLOWED_HOSTS", "dms.example.org, https://dms.example.org"),
        ("ALLOWED_HOSTS", "dms.example.org:443"),
        ("TIME_ZONE", "Mars/Base"),
        ("LANGUAGE_CODE", "zh"),
        ("SMS_BACKEND", "pigeon"),
        ("LOG_FORMAT", "xml"),
        ("DEMO", "yes"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("SECRET_KEY", "short"),
        ("DMS_DEBUG", "1"),
    ],
)
def test_a_malformed_or_unknown_value_stops_the_start_and_is_named(tmp_path, name, value):
    with pytest.raises(ConfigError, match=name):
        config(tmp_path, **{name: value})


def test_production_needs_its_own_secret(tmp_path):
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        config(tmp_path, ALLOWED_HOSTS="dms.example.org")


def test_without_a_secret_one_is_made_once_and_is_private(tmp_path):
    first = config(tmp_path).secret_key
    assert len(first) >= 32
    assert config(tmp_path).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_nothing_set_is_a_complete_configuration(tmp_path):
    made = config(tmp_path)
    assert (made.port, made.time_zone, made.language_code, made.demo) == (
        8000,
        "Asia/Shanghai",
        "zh-hans",
        False,
    )


def test_what_stands_behind_the_question_mark_of_the_database_reaches_the_driver(tmp_path):
    url = config(tmp_path, DATABASE_URL="postgresql://u@db/dms?sslmode=verify-full").database_url
    assert database(url, pool=True)["OPTIONS"]["sslmode"] == "verify-full"
    assert database(url, pool=False)["OPTIONS"] == {"sslmode": "verify-full"}
