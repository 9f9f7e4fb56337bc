"""One press, one record: double submits of pages and repeated API requests."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory

from apps.desk.models import Event, OnceKey
from apps.desk.once import once


@once
def make_record(request):
    """A view that makes a record; ``fail`` answers like an invalid form after a first write."""
    event = Event.record("made", about=request.user, by=request.user)
    if request.POST.get("fail"):
        return HttpResponse("wrong", status=422)
    return redirect(f"/made/{event.pk}/")


def press(user, **data):
    request = RequestFactory().post("/make/", data)
    request.user = user
    return make_record(request)


def test_a_second_press_makes_no_second_record_and_leads_to_the_first(cast):
    first, second = press(cast.advisor, _once="a"), press(cast.advisor, _once="a")
    assert Event.objects.count() == 1
    assert second.url == first.url


def test_another_form_makes_another_record(cast):
    press(cast.advisor, _once="a")
    press(cast.advisor, _once="b")
    assert Event.objects.count() == 2


def test_another_person_with_the_same_token_is_not_mixed_up(cast):
    press(cast.advisor, _once="a")
    press(cast.cashier, _once="a")
    assert Event.objects.count() == 2


def test_an_invalid_form_saves_nothing_and_may_be_sent_again_with_its_token(cast):
    assert press(cast.advisor, _once="a", fail="1").status_code == 422
    assert not Event.objects.exists()
    assert not OnceKey.objects.exists()
    assert press(cast.advisor, _once="a").status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("data", "records"), [({"_once": "a"}, 1), ({}, 4)], ids=["guarded", "control: no token"]
)
def test_four_presses_at_the_same_moment(cast, data, records):
    gate = threading.Barrier(4)

    def go() -> str:
        try:
            gate.wait(10)
            return press(cast.advisor, **data).url
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        urls = [f.result(20) for f in [pool.submit(go) for _ in range(4)]]
    assert Event.objects.count() == records
    assert len(set(urls)) == records
