"""Logging in, session expiry, first and forgotten passwords, the first run."""

import re
import time

import pytest
from django.conf import settings
from django.core import mail

from apps.accounts.models import User
from apps.callbacks import surveys
from apps.catalog.models import Package, VehicleModel
from tests.cast import PASSWORD

LOGIN = "/login/"


def test_a_person_logs_in_by_name_whatever_its_case_and_lands_on_my_work(cast, client):
    response = client.post(LOGIN, {"username": "SERVICE_advisor", "password": PASSWORD})
    assert (response.status_code, response.url) == (302, "/work/")


def test_a_wrong_password_is_refused_beside_the_form_and_keeps_the_name(cast, client):
    response = client.post(LOGIN, {"username": "service_advisor", "password": "wrong"})
    assert response.status_code == 422
    assert 'value="service_advisor"' in response.content.decode()


def test_somebody_who_left_cannot_log_in_and_is_thrown_out_at_once(cast, client):
    client.force_login(cast.advisor)
    User.objects.filter(pk=cast.advisor.pk).update(is_active=False)
    assert client.get("/work/").status_code == 302
    assert client.post(LOGIN, {"username": "service_advisor", "password": PASSWORD}).status_code == 422


def test_an_idle_session_ends(cast, client):
    client.force_login(cast.advisor)
    client.get("/work/")
    session = client.session
    session["seen"] = time.time() - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    assert client.get("/work/").url == "/login/?next=/work/"


def test_an_idle_session_is_told_to_a_program_as_a_problem(cast, client):
    client.force_login(cast.advisor)
    client.get("/work/")
    session = client.session
    session["seen"] = time.time() - settings.SESSION_IDLE_SECONDS - 1
    session.save()
    answer = client.get("/api/v1/customers/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["title"] == "session_expired"
    assert answer.json()["detail"]


def test_a_session_ends_after_a_long_day_however_busy(cast, client):
    client.force_login(cast.advisor)
    client.get("/work/")
    session = client.session
    session["started"] = time.time() - settings.SESSION_ABSOLUTE_SECONDS - 1
    session.save()
    assert client.get("/work/").status_code == 302


def test_a_first_password_must_be_changed_before_anything_else(cast, client):
    cast.advisor.must_change_password = True
    cast.advisor.save()
    client.force_login(cast.advisor)
    assert client.get("/work/").url == "/password/"
    new = "Nine-lifts-and-3-bays"
    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert client.get("/work/").status_code == 200


def test_a_forgotten_password_is_set_anew_by_mail_once(cast, client):
    User.objects.filter(pk=cast.advisor.pk).update(email="sa@example.org")
    client.post("/password/reset/", {"email": "sa@example.org"})
    link = re.search(r"https?://[^/]+(/password/reset/\S+)", mail.outbox[0].body).group(1)
    form = client.get(link).url
    new = "Nine-lifts-and-3-bays"
    client.post(form, {"new_password1": new, "new_password2": new})
    assert User.objects.get(pk=cast.advisor.pk).check_password(new)
    client.post(form, {"new_password1": "Another-one-77", "new_password2": "Another-one-77"})
    assert User.objects.get(pk=cast.advisor.pk).check_password(new)


def test_an_unknown_address_gets_the_same_answer_and_no_mail(cast, client):
    response = client.post("/password/reset/", {"email": "nobody@example.org"})
    assert response.status_code == 302
    assert mail.outbox == []


def test_after_ten_wrong_passwords_even_the_right_one_waits(cast, client):
    for _attempt in range(10):
        client.post(LOGIN, {"username": "service_advisor", "password": "wrong"})
    assert client.post(LOGIN, {"username": "service_advisor", "password": PASSWORD}).status_code == 429


@pytest.mark.django_db
def test_an_empty_house_makes_its_administrator_and_only_once(client):
    assert client.get(LOGIN).url == "/first-run/"
    data = {
        "group_name": "Lakeside", "store_name": "One", "store_code": "hz01", "name": "Ann", "username": "ann",
        "password": "Nine-lifts-and-3-bays",
    }  # fmt: skip
    assert client.post("/first-run/", data | {"password": "short"}).status_code == 422
    assert client.post("/first-run/", data).status_code == 302
    assert client.get("/work/").status_code == 200
    made = User.objects.get()
    assert made.role == "administrator"
    assert surveys.in_use(made.group).questions.exists(), "what no page can make is there"
    assert not Package.objects.exists(), "the starter catalogue was declined"
    client.logout()
    assert client.get("/first-run/").status_code == 404


@pytest.mark.django_db
def test_an_empty_house_begins_with_models_and_packages_if_it_likes(client):
    assert b'name="starter"' in client.get("/first-run/").content
    data = {
        "group_name": "Lakeside", "store_name": "One", "store_code": "hz01", "name": "Ann", "username": "ann",
        "password": "Nine-lifts-and-3-bays", "starter": "on",
    }  # fmt: skip
    client.post("/first-run/", data)
    group = User.objects.get().group
    assert VehicleModel.objects.filter(brand__group=group).exists()
    assert Package.objects.filter(group=group).exists()
