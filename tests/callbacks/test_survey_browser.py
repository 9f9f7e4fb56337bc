"""A customer answers on his phone with what he typed kept; a manager changes a questionnaire."""

from playwright.sync_api import expect

from apps.callbacks import invitations, surveys
from apps.callbacks.models import Invitation, Questionnaire, Response
from tests.handover.factories import make_handover
from tests.harness.browser import PHONE, Keys
from tests.workorders.factories import make_order


def address(url: str) -> str:
    return "/l/" + url.rpartition("/l/")[2]


def test_a_customer_answers_in_fourteen_presses_and_a_lost_page_loses_nothing(cast, new_context):
    surveys.seed(cast.group)
    _row, url = invitations.invite(make_order(cast), channel="link", by=cast.advisor)
    page = new_context(viewport=PHONE).new_page()
    page.goto(address(url))
    hand = Keys(page)
    scales = page.locator(".survey-scale")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 204):
        hand.click(scales.nth(0).get_by_text("9", exact=True))
    assert Invitation.objects.get().draft["booking"] == "9"
    page.reload()
    expect(scales.nth(0).locator("input[value='9']")).to_be_checked()
    for n in range(1, scales.count()):
        hand.click(scales.nth(n).get_by_text("8", exact=True))
    for question in page.locator(".survey-yes").all():
        hand.click(question.get_by_text("是", exact=True))
    page.locator("textarea").fill("空调再凉一点")
    hand.actions += 1
    hand.click(page.get_by_role("button", name="提交"))
    expect(page.get_by_role("heading", name="谢谢您")).to_be_visible()
    assert hand.actions <= 14
    assert Response.objects.get().answers.get(question__code="suggestions").text == "空调再凉一点"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_screening_no_ends_the_survey_on_the_page(cast, new_context):
    surveys.seed(cast.group)
    _row, url = invitations.invite(make_handover(cast), channel="on_site", by=cast.advisor)
    page = new_context(viewport=PHONE).new_page()
    page.goto(address(url))
    shown = page.locator(".survey-question:not([hidden])")
    expect(shown).to_have_count(26)
    page.locator(".survey-yes").nth(0).get_by_text("否", exact=True).click()
    expect(shown).to_have_count(1)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="谢谢您")).to_be_visible()
    assert Response.objects.get().ended_by == "present"


def test_a_manager_changes_a_question_and_puts_the_version_in_use(cast, page, sign_in, browser_errors):
    surveys.seed(cast.group)
    sign_in(page, cast.manager)
    page.goto("/csi/questionnaires/")
    page.locator("section:has(#survey-csi)").get_by_role("button", name="修改").click()
    page.locator("details.question summary").nth(5).click()
    page.locator("[name=q-5-text_en]").fill("")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[name=q-5-text_en]")).to_be_visible()
    expect(page.locator("details.question[open] .field-error")).to_have_count(1)
    page.locator("[name=q-5-text_en]").fill("How good was the work?")
    page.get_by_role("button", name="启用").click()
    page.locator("#confirm-dialog [value=yes]").click()
    page.wait_for_url("**/csi/questionnaires/")
    used = surveys.in_use(cast.group)
    assert (used.version, used.questions.get(code="quality").text_en) == (2, "How good was the work?")
    assert Questionnaire.objects.filter(code="csi", state="retired").count() == 1
    browser_errors.clear()
