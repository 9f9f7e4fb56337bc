"""Every address × every role × a stranger's row, against the reviewed table.

After a deliberate change run
``pytest tests/access --write-access-table`` and review the difference.
"""

from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpResponseForbidden
from django.test import Client

from apps.accounts.roles import GROUP_WIDE, Role
from tests.access.urls import addresses, everything, of_the_group, samples, table
from tests.workshop.clock import midmorning

__all__ = ["midmorning"]

TABLE = Path(__file__).parent / "table.txt"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midmorning")]


@pytest.fixture
def reviewed(request):
    """The reviewed table; with ``--write-access-table`` it is written anew first."""
    if request.config.getoption("--write-access-table"):
        TABLE.write_text(table())
    return TABLE.read_text()


def test_every_address_is_guarded_as_the_reviewed_table_says(reviewed):
    assert "UNGUARDED" not in table()
    assert table() == reviewed


def test_every_address_of_a_row_has_a_sample(cast):
    known = samples(cast)
    free = ("accounts:password_reset",)  # its parameters are no row of ours
    missing = [a.name for a in addresses() if "<" in a.route and a.name not in known]
    assert not [name for name in missing if not name.startswith(free)]


def ask(client, method, url):
    """The answer to an empty request; whatever it changed is undone."""
    with transaction.atomic():
        json = {"content_type": "application/json", "data": {}} if url.startswith("/api/") else {}
        response = getattr(client, method.lower())(url, **({} if method == "GET" else json))
        transaction.set_rollback(True)
    return response


def first_answer(client, methods, url):
    """The status of the first method that the address knows."""
    for method in methods:
        status = ask(client, method, url).status_code
        if status != 405:
            break
    return status


def ordinary(roles):
    """One role of ``roles`` that sees one store only; the least mighty, so far as the order says it."""
    return next(role for role in reversed(Role) if role in roles and role not in GROUP_WIDE)


def as_role(person, role):
    """``person`` in another role, freshly read."""
    type(person).objects.filter(pk=person.pk).update(role=role)
    return type(person).objects.get(pk=person.pk)


SHOWN_TO = 5
"""So many of the roles that may, and of those that may not, ask at each address; all of them in soak."""


def drawn_for(roles, turn):
    """``SHOWN_TO`` of ``roles``, others at each ``turn``, so that over the addresses each has its share."""
    ordered = sorted(roles)
    return {ordered[(turn * SHOWN_TO + i) % len(ordered)] for i in range(min(SHOWN_TO, len(ordered)))}


@pytest.fixture
def short_refusals(monkeypatch):
    """A refusal without its page, which has a test of its own: thousands of them are asked for here."""
    monkeypatch.setattr("dms.urls.handler403", lambda request, exception: HttpResponseForbidden())


@pytest.mark.usefixtures("short_refusals")
@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_addresses_open_for_the_roles_of_the_table_and_for_no_other(thorough, cast):
    asked = [e for e in everything(samples(cast)) if e.guard != "public" and e.name != "accounts:logout"]
    others = [set(Role) - set(e.roles) for e in asked]
    drawn = [drawn_for(e.roles, turn) | drawn_for(others[turn], turn) for turn, e in enumerate(asked)]
    wrong = []
    for role in Role:
        client = Client()
        client.force_login(cast.roles[role])
        for e, ask_here in zip(asked, drawn, strict=True):
            if not thorough and role not in ask_here:
                continue
            status = first_answer(client, e.methods, e.url)
            refused = status == 403 or (e.guard == "staff" and status == 404)
            if refused == (role in e.roles) or status >= 500 or status == 405:
                wrong.append(f"{e} answers {status} to {role}, in the table: {role in e.roles}")
    assert not wrong


def test_nobody_gets_in_without_a_login(cast, client):
    wrong = []
    for e in everything(samples(cast)):
        if e.guard == "public":
            continue
        for method in e.methods:
            response = ask(client, method, e.url)
            if response.status_code not in (401, 405) and "/login/" not in response.headers.get(
                "Location", ""
            ):
                wrong.append(f"{method} {e} answers {response.status_code}")
    assert not wrong


@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_rows_of_our_store_do_not_exist_for_people_of_another(who, cast, client):
    known = samples(cast)
    outsider = getattr(cast, who)
    wrong = []
    for e in everything(known):
        of_group = who == "neighbour" and e.name in of_the_group()
        if e.guard == "public" or not known.get(e.name) or of_group:
            continue
        client.force_login(as_role(outsider, ordinary(e.roles)))
        statuses = {ask(client, method, e.url).status_code for method in e.methods}
        if statuses - {405} != {404}:
            wrong.append(f"{e} answers {sorted(statuses)} to a {ordinary(e.roles)} of another store")
    assert not wrong


def test_lists_of_the_api_hold_no_row_of_another_group(cast, client):
    lists = [e for e in everything(samples(cast)) if e.action == "GET list"]
    assert lists
    leaks, empty = [], []
    for e in lists:
        client.force_login(as_role(cast.stranger, ordinary(e.roles)))
        if ask(client, "GET", e.url).json()["results"]:
            leaks.append(str(e))
        client.force_login(cast.roles[ordinary(e.roles)])
        if not ask(client, "GET", e.url).json()["results"]:
            empty.append(str(e))
    assert not leaks
    assert not empty, "Without a row of ours nothing is proved; add one to the room's samples."


def test_no_page_links_a_stranger_to_a_row_of_ours(cast, client):
    known = samples(cast)
    pages = [e for e in everything(known) if e.action == "*"]
    ours = {e.url.encode() for e in pages if known.get(e.name) and e.guard != "public"}
    wrong = []
    for e in pages:
        if known.get(e.name) or e.guard in ("public", "staff") or e.name in ("desk:live", "accounts:logout"):
            continue
        client.force_login(as_role(cast.stranger, ordinary(e.roles)))
        response = ask(client, "GET", e.url)
        wrong += [f"{e} shows {url}" for url in ours if b'"%s"' % url in response.content]
    assert not wrong


def test_a_post_without_the_page_s_token_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    wrong = []
    for e in everything(samples(cast)):
        if e.name in ("core:healthz", "core:readyz", "core:metrics", "desk:home"):
            continue  # they only answer questions
        if e.name in ("messaging:receipts", "messaging:replies", "calls:pbx_hook"):
            continue  # programs call them, and prove themselves by the address
        writes = [m for m in e.methods if m not in ("GET", "HEAD", "OPTIONS")]
        client.force_login(cast.roles[ordinary(e.roles)])
        wrong += [f"{m} {e}" for m in writes if ask(client, m, e.url).status_code != 403]
    assert not wrong
