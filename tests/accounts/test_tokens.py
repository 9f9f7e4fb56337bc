"""Tokens: given and withdrawn by the administrator, shown once."""

import re

import pytest
from django.test import Client


@pytest.fixture
def url(cast, client):
    client.force_login(cast.administrator)
    return f"/people/{cast.advisor.pk}/token/"


def key_in(response) -> str:
    return re.search(r"Token ([0-9a-f]{40})<", response.content.decode())[1]


def status(key: str) -> int:
    return Client().get("/api/v1/customers/", headers={"Authorization": f"Token {key}"}).status_code


def test_a_program_gets_in_by_the_token_that_is_shown_once(cast, client, url):
    made = client.post(url)
    assert "no-store" in made.headers["Cache-Control"]
    key = key_in(made)
    assert status(key) == 200
    assert key not in client.get(f"/people/{cast.advisor.pk}/").content.decode()


def test_a_new_one_kills_the_old_and_a_withdrawn_one_is_dead(client, url):
    first = key_in(client.post(url))
    second = key_in(client.post(url))
    assert (status(first), status(second)) == (401, 200)
    assert client.post(f"{url}removal/").status_code == 302
    assert status(second) == 401


def test_somebody_who_has_left_gets_none_and_his_old_one_is_dead(cast, client, url):
    key = key_in(client.post(url))
    type(cast.advisor).objects.filter(pk=cast.advisor.pk).update(is_active=False)
    assert status(key) == 401
    assert client.post(url).status_code == 404


def test_only_the_administrator_gives_tokens(cast, client, url):
    client.force_login(cast.manager)
    assert client.post(url).status_code == 403
