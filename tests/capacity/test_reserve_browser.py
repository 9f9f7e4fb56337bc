"""The reserve by hand."""

import pytest
from playwright.sync_api import expect

from apps.accounts.models import Setting
from apps.capacity import selectors
from apps.core import clock
from tests.capacity.test_usage import DAY, history
from tests.harness.browser import PHONE

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_manager_takes_the_learned_reserve_over_on_the_phone(cast, new_context, sign_in):
    history(cast.store, 40, percent=33)
    page = new_context(viewport=PHONE).new_page()
    sign_in(page, cast.manager)
    page.goto("/capacity/")
    page.locator("a[href='/capacity/reserve/']").click()
    expect(page.locator("svg.use-chart rect.s4")).to_have_count(28)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("button[form=adoption]").click()
    expect(page.locator("button[form=adoption]")).to_have_count(0)
    expect(page.locator(".kpi-work")).to_contain_text("33")
    assert Setting.value_of(selectors.RESERVE, cast.store, clock.today() + DAY) == 33
    assert Setting.value_of(selectors.RESERVE, cast.store) == 20
