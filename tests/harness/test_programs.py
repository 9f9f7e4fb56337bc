"""The browser, the live server and real programs come up over the test's own database."""

import urllib.request

import pytest

from apps.desk.models import Heartbeat
from tests.harness.browser import PHONE


def test_the_live_server_answers_and_serves_static_files(live):
    with urllib.request.urlopen(live + "/healthz") as answer:
        assert answer.status == 200
    with urllib.request.urlopen(live + "/static/django_htmx/htmx-2.min.js") as answer:
        assert b"htmx" in answer.read()


def test_a_browser_opens_a_page_in_the_default_language(page):
    page.goto("/healthz")
    assert page.evaluate("navigator.language") == "zh-CN"


def test_another_device_has_its_own_size(new_context):
    page = new_context(viewport=PHONE, dark=True).new_page()
    assert page.viewport_size["width"] == 390
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


@pytest.mark.django_db(transaction=True)
def test_worker_and_beat_run_over_the_tests_database(system):
    assert not Heartbeat.objects.exists()
    system.worker()
    system.beat()
    system.wait_for(Heartbeat.objects.exists, seconds=40)
    assert system.stop("beat") == 0
    assert system.stop("worker") == 0
