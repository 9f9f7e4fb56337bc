"""My work: each role finds what it starts from, and one thing to press."""

import re

import pytest
from django.urls import reverse

from apps.accounts.roles import Role
from tests.delivery.factories import hand_back, make_paid_order
from tests.parts.factories import make_demand, make_stock
from tests.reception.factories import make_appointment
from tests.workshop.factories import make_job

pytestmark = pytest.mark.django_db


def page_of(client, user) -> str:
    client.force_login(user)
    return client.get(reverse("desk:my_work")).content.decode()


@pytest.mark.parametrize("role", Role)
def test_every_role_is_led_on_from_an_empty_page(cast, client, role):
    main = page_of(client, cast.roles[role]).split("<main")[1].split("</main>")[0]
    assert main.count("btn-primary") <= 1
    assert "list-quiet" in main
    leads_on = set(re.findall(r'class="row-link" href="([^"]+)"', main))
    assert leads_on or role == Role.ADMINISTRATOR


def test_the_administrator_of_an_empty_house_is_told_what_it_needs_first(cast, client):
    page = page_of(client, cast.roles[Role.ADMINISTRATOR])
    first = page.split('aria-labelledby="list-first_steps"')[1].split("</section>")[0]
    assert reverse("capacity:overview") in first
    assert reverse("imports:list") in first
    assert first.count("list-row") == 3  # the people are there already


def test_the_parts_clerk_sees_the_orders_that_wait_at_the_counter(cast, client):
    item = make_stock(cast)
    for _ in range(2):
        make_demand(cast, item.part, 1, purpose="WO-HZ01-000001", released=True)
    make_demand(cast, item.part, 1, purpose="WO-HZ01-000002")
    page = page_of(client, cast.parts_clerk)
    assert page.count("WO-HZ01-000001") == 1
    assert "2 项配件" in page
    assert "WO-HZ01-000002" not in page


def test_the_dispatcher_sees_what_is_to_be_planned(cast, client, midmorning):
    job = make_job(cast)
    page = page_of(client, cast.dispatcher)
    assert reverse("workshop:job", args=[job.pk]) in page
    assert reverse("workshop:job", args=[job.pk]) not in page_of(client, cast.technician)


def test_the_guard_sees_who_comes_and_who_may_leave(cast, client):
    gate_pass = hand_back(cast, make_paid_order(cast))
    make_appointment(cast)
    page = page_of(client, cast.guard)
    assert gate_pass.number in page
    assert f"{reverse('reception:arrival')}?plate=" in page
