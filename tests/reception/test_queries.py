"""Pages cost the same number of queries with three rows and with thirty, and few beside the frame's own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.reception.factories import (
    make_appointment,
    make_damage,
    make_interview,
    make_photo,
    make_visit,
    make_walk_around,
)


def queries(client, address):
    client.get(address)  # warm what is cached per process
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def beside_the_frame(client, address):
    """What the page itself asks; rooms hang badges into the frame, which is not this page's matter."""
    return queries(client, address) - queries(client, reverse("desk:search"))


@pytest.mark.parametrize(
    ("name", "limit"),
    [("queue", 8), ("visits", 3), ("arrival", 2)],  # one of them: which stores the reader sees
)
def test_lists(cast, client, name, limit):
    client.force_login(cast.advisor)
    counts = []
    for rows in (3, 27):
        for _row in range(rows):
            make_visit(cast, status="waiting")
            visit = make_visit(cast)
            make_walk_around(visit)
            make_interview(visit)
            make_appointment(cast)
        counts.append(beside_the_frame(client, reverse(f"reception:{name}")))
    assert counts[0] == counts[1]
    assert counts[1] <= limit


@pytest.mark.parametrize(("name", "limit"), [("visit", 12), ("walk_around", 5), ("interview", 5)])
def test_one_visit(cast, client, name, limit):
    client.force_login(cast.advisor)
    visit = make_visit(cast)
    make_walk_around(visit)
    counts = []
    for marks in (3, 27):
        for _mark in range(marks):
            make_damage(visit, photo=make_photo(visit))
        counts.append(beside_the_frame(client, reverse(f"reception:{name}", args=[visit.pk])))
    assert counts[0] == counts[1]
    assert counts[1] <= limit


def test_the_api_lists_marks_without_a_query_each(cast, client):
    client.force_login(cast.advisor)
    counts = []
    for rows in (2, 10):
        for _row in range(rows):
            visit = make_visit(cast)
            make_walk_around(visit)
            make_damage(visit, photo=make_photo(visit))
        counts.append(queries(client, reverse("api:inspection-list")))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("name", "limit"), [("queue_fragment", 10), ("welcome_fragment", 5)])
def test_fragments(cast, client, name, limit):
    client.force_login(cast.advisor)
    counts = []
    for rows in (3, 27):
        for _row in range(rows):
            make_visit(cast, status="waiting")
            make_visit(cast)
            make_appointment(cast)
        counts.append(queries(client, reverse(f"reception:{name}")))
    assert counts[0] == counts[1]
    assert counts[1] <= limit
