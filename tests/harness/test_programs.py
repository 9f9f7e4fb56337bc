"""The browser and the live server come up over the test's own database."""

import urllib.request

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
