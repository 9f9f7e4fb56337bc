"""Every address × every role × a stranger's row, against the reviewed table.

After a deliberate change run
``pytest tests/access --write-access-table`` and review the difference.
"""

from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse

from apps.accounts.roles import Role
from tests.access.urls import addresses, of_the_group, samples, table

TABLE = Path(__file__).parent / "table.txt"
pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewed(request):
    """The reviewed table; with ``--write-access-table`` it is written anew first."""
    if request.config.getoption("--write-access-table"):
        TABLE.write_text(table())
    return TABLE.read_text()


def test_every_address_is_guarded_as_the_reviewed_table_says(reviewed):
    assert "UNGUARDED" not in table()
    assert table() == reviewed


def pages():
    """Addresses that are not the API's: their guard is the same for every method."""
    return [a for a in addresses() if a.guards and a.guards[0][0] == "*"]


def call(client, url):
    """GET, or POST with an empty form where GET is refused."""
    response = client.get(url)
    return client.post(url) if response.status_code == 405 else response


@pytest.mark.parametrize("role", list(Role), ids=[r.value for r in Role])
def test_pages_open_for_the_roles_of_the_table_and_for_no_other(role, cast, client):
    known = samples(cast)
    client.raise_request_exception = True
    wrong = []
    for address in pages():
        guard = address.guards[0][1]
        if guard == "public" or address.name == "accounts:logout":
            continue
        client.force_login(cast.roles[role])
        url = _reverse(address, known)
        if url is None:
            continue
        status = call(client, url).status_code
        allowed = role in address.roles(guard)
        refused = status == 403 or (guard == "staff" and status == 404)
        if refused == allowed or status >= 500:
            wrong.append(f"{address.name} answers {status}, allowed={allowed}")
    assert not wrong


def test_nobody_gets_in_without_a_login(cast, client):
    known = samples(cast)
    wrong = []
    for address in addresses():
        if not address.guards or address.guards[0][1] == "public":
            continue
        url = _reverse(address, known)
        if url is None:
            continue
        response = call(client, url)
        if not (response.status_code == 401 or (response.status_code == 302 and "/login/" in response.url)):
            wrong.append(f"{address.name} answers {response.status_code}")
    assert not wrong


@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_rows_of_our_store_do_not_exist_for_people_of_another(who, cast, client):
    known = samples(cast)
    outsider = getattr(cast, who)
    wrong = []
    for address in addresses():
        guards = [g for _action, g in address.guards if g not in ("public",)]
        if not guards or address.name not in known or not known[address.name]:
            continue
        if who == "neighbour" and address.name in of_the_group():
            continue
        for role in set.intersection(*(address.roles(g) for g in guards)) or address.roles(guards[0]):
            type(outsider).objects.filter(pk=outsider.pk).update(role=role)
            client.force_login(type(outsider).objects.get(pk=outsider.pk))
            url = reverse(address.name, kwargs=known[address.name])
            status = call(client, url).status_code
            if role not in (Role.GROUP_MANAGER, Role.ADMINISTRATOR) and status not in (403, 404):
                wrong.append(f"{address.name} answers {status} to a {role} of another store")
            break
    assert not wrong


def test_every_address_of_a_row_has_a_sample(cast):
    known = samples(cast)
    missing = [a.name for a in addresses() if "<" in a.route and a.name not in known and not _free(a.name)]
    assert not missing


def _free(name: str) -> bool:
    """Addresses whose parameter is no row of ours."""
    return name.startswith("accounts:password_reset") or "format" in name or name.endswith("?")


def _reverse(address, known):
    try:
        return reverse(address.name, kwargs=known.get(address.name, {}))
    except NoReverseMatch:
        return None
