"""A callback agent's hands at a level-2 call: by keys alone, from the queue and back to it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from apps.callbacks import levels
from apps.callbacks.models import NewCarTalk
from tests.calls.factories import make_call
from tests.harness.browser import Keys

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _ten(monkeypatch):
    monkeypatch.setattr("apps.core.clock.now", lambda: TEN)


def test_a_level_2_call_is_made_by_keys_alone(cast, page, sign_in):
    day = TEN.date()
    make_call(
        cast, queue=levels.LEVEL_2, role="callback_agent", previous_on=day - timedelta(days=7), closes_on=day
    )
    sign_in(page, cast.agent)
    page.goto("/calls/?queue=level_2")
    hand = Keys(page)
    hand.press("n")
    expect(page.locator(".call-script")).to_contain_text("售后")
    page.wait_for_load_state("load")  # keys are heard from then on
    hand.press("1")
    page.wait_for_url("**/#form")
    expect(page.locator("#id_odometer_km")).to_be_focused()
    hand.type("812")
    hand.press("Tab", "Tab")
    hand.type("车况良好")
    hand.press("Tab", "ArrowRight", "Tab", "Tab", "Space", "Control+Enter")
    page.wait_for_url("**/calls/")
    assert hand.actions == 12, "recorded in docs/jobs.md"
    talk = NewCarTalk.objects.get()
    assert (talk.odometer_km, talk.serviced, talk.product, talk.call.state) == (812, False, "good", "done")
