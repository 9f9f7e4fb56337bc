"""Words of messages and accounts at providers, on their pages."""

import pytest
from playwright.sync_api import expect

from apps.desk.models import Event
from apps.messaging import services, words
from apps.messaging.models import Gateway, Message, MessageTemplate
from tests.appointments.factories import make_appointment, make_customer
from tests.messaging.conftest import connect

BOOKED = "appointment.booked"
EDIT = f"/outbox/words/entry/?kind={BOOKED}"
PREVIEW = f"/outbox/words/preview/?kind={BOOKED}"
ACCOUNT = "/outbox/accounts/entry/?provider="


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


@pytest.fixture
def manager(cast, client):
    client.force_login(cast.manager)
    return client


@pytest.fixture
def admin(cast, client):
    client.force_login(cast.roles["administrator"])
    return client


def test_every_kind_has_words_and_names_them_for_people(cast):
    for name, kind in words.registry.messages.items():
        told = words.standard(cast.store, kind)
        assert words.problems(kind, told) == [], name
        assert set(kind.variables) <= set(words.VARIABLES), name
        assert any("\u4e00" <= sign <= "\u9fff" for sign in told), f"{name} is not in the customers' language"


def test_the_list_shows_what_each_message_says(manager):
    page = text(manager.get("/outbox/words/"))
    assert page.count("row-link") == len(words.registry.messages)
    assert "[车牌号]" in page, "for people, not for programs"


def test_new_words_are_a_version_and_go_from_then_on(manager, cast):
    appointment = make_appointment(cast.store)
    assert manager.post(EDIT, {"text": "{store}：{plate}\n {time} 见"}).status_code == 302
    manager.post(EDIT, {"text": "{store}：{plate} {time} 见"})
    template = MessageTemplate.objects.get()
    assert (template.version, template.text) == (1, "{store}：{plate} {time} 见"), (
        "the same words are no version"
    )
    services.send_due()
    told = Message.objects.about(appointment).get(kind=BOOKED).text
    assert told.startswith(f"{cast.store.name}：{appointment.vehicle.plate}")
    assert Event.objects.filter(kind="template.changed").count() == 1


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "请填写"),
        ("{store} {tyre}", "{tyre}"),
        ("{store} 见", "{time}"),
        ("{time} {plate", "大括号"),
        ("{time}" + "长" * 500, "500"),
    ],
    ids=["empty", "unknown name", "needed name", "lone brace", "too long"],
)
def test_words_that_make_no_sense_are_refused_and_kept_on_the_page(manager, typed, why):
    page = text(manager.post(EDIT, {"text": typed}, headers={"Accept-Language": "zh-hans"}), 422)
    assert why in page[page.index("has-error") :]
    assert typed in page
    assert not MessageTemplate.objects.exists()


def test_the_preview_speaks_of_the_last_real_one(manager, cast):
    assert "[车牌号]" in text(manager.post(PREVIEW, {"text": "{plate} {time}"}))
    appointment = make_appointment(cast.store)
    page = text(manager.post(PREVIEW, {"text": "{plate} {time}"}))
    assert str(appointment.vehicle) in page
    read = manager.post(PREVIEW, {"text": "{time} {bring}"}, headers={"Accept-Language": "en"})
    assert "行驶证" in text(read), "in the customer's language, whoever writes"
    assert "field-error" in text(manager.post(PREVIEW, {"text": "{plate}"}))
    assert not MessageTemplate.objects.exists()


def test_another_store_s_data_is_in_no_preview(manager, cast, client):
    appointment = make_appointment(cast.store)
    neighbour = cast.neighbour
    type(neighbour).objects.filter(pk=neighbour.pk).update(role="service_manager")
    client.force_login(type(neighbour).objects.get(pk=neighbour.pk))
    assert str(appointment.vehicle) not in text(client.post(PREVIEW, {"text": "{plate} {time}"}))


def test_an_approval_holds_for_exactly_the_words_that_were_in_force(manager, cast, provider):
    gateway = Gateway.keep(
        cast.store,
        "alibaba",
        {"sign_name": "湖滨", "access_key_id": "a", "access_key_secret": "s", "endpoint": provider.url},
        by=cast.manager,
    )
    gateway.switch(True, by=cast.manager)
    lacking = {row["name"]: row["lacking"] for row in manager.get("/outbox/words/").context["rows"]}
    assert lacking[BOOKED] == [gateway]
    address = f"/outbox/words/{BOOKED}/approvals/{gateway.pk}/"
    manager.post(address, {f"g{gateway.pk}-code": "SMS_77", f"g{gateway.pk}-shown": 0})
    template = MessageTemplate.objects.get()
    assert template.text == words.standard(cast.store, words.registry.messages[BOOKED])
    assert template.approvals.get().code == "SMS_77"
    assert "SMS_77" in text(manager.get(EDIT))
    manager.post(EDIT, {"text": "{time} 见"})
    assert "SMS_77" not in text(manager.get(EDIT)), "new words wait for an approval of their own"


def test_a_code_is_not_taken_for_words_that_changed_meanwhile(manager, cast, provider):
    """The manager looked at one wording, a colleague has kept another: the code belongs to the first."""
    typed = {"sign_name": "湖滨", "access_key_id": "a", "access_key_secret": "s", "endpoint": provider.url}
    gateway = Gateway.keep(cast.store, "alibaba", typed, by=cast.manager)
    gateway.switch(True, by=cast.manager)
    template = MessageTemplate.keep(cast.store, BOOKED, "{time} 见", by=cast.manager)
    name, address = f"g{gateway.pk}", f"/outbox/words/{BOOKED}/approvals/{gateway.pk}/"
    page = text(manager.post(address, {f"{name}-code": "SMS_77", f"{name}-shown": 0}), 422)
    assert f"id_{name}-code_error" in page
    assert "SMS_77" in page
    assert f'name="{name}-shown" value="1"' in page, "the page shows the new words; what was typed stays"
    assert not template.approvals.exists()
    assert manager.post(address, {f"{name}-code": "SMS_78", f"{name}-shown": 1}).status_code == 302
    assert template.approvals.get().code == "SMS_78"


def test_keywords_of_the_service_account_name_our_variables(manager, cast, provider):
    typed = {"app_id": "w", "app_secret": "s", "token": "t", "endpoint": provider.url}
    gateway = Gateway.keep(cast.store, "wechat", typed, by=cast.manager)
    gateway.switch(True, by=cast.manager)
    address, name = f"/outbox/words/{BOOKED}/approvals/{gateway.pk}/", f"g{gateway.pk}"
    for wrong in ("", "thing1", "thing1=tyre", "=plate"):
        page = text(
            manager.post(address, {f"{name}-code": "T1", f"{name}-shown": 0, f"{name}-fields_": wrong}), 422
        )
        assert "T1" in page
    typed = {f"{name}-code": "T1", f"{name}-shown": 0, f"{name}-fields_": "time2 = time\n\nthing1=plate"}
    manager.post(address, typed)
    assert MessageTemplate.objects.get().approvals.get().fields == {"time2": "time", "thing1": "plate"}


# -- accounts --------------------------------------------------------------------------------------


def test_an_account_is_set_up_used_and_left(admin, cast):
    page = text(admin.get("/outbox/accounts/"))
    assert "SMS_BACKEND" in page, "it says that nothing leaves the house"
    typed = {"url": "https://sms.example.com/send", "token": "sesame"}
    assert admin.post(f"{ACCOUNT}http", typed).status_code == 302
    page = text(admin.get(f"{ACCOUNT}http"))
    gateway = Gateway.objects.get()
    assert "sesame" not in page, "a secret is never shown"
    assert gateway.hook_key in page
    admin.post("/outbox/accounts/http/switch/", {"on": "1"})
    gateway.refresh_from_db()
    assert gateway.is_active
    admin.post(f"{ACCOUNT}http", {"url": "https://sms.example.com/v2", "token": ""})
    gateway.refresh_from_db()
    assert gateway.values == {"url": "https://sms.example.com/v2", "token": "sesame"}


def test_an_address_left_empty_is_the_provider_s_own(admin, cast):
    typed = {"sign_name": "湖滨", "access_key_id": "a", "access_key_secret": "s", "endpoint": ""}
    admin.post(f"{ACCOUNT}alibaba", typed)
    gateway = Gateway.objects.get()
    assert gateway.values["endpoint"] == "dysmsapi.aliyuncs.com"
    gateway.switch(True, by=cast.manager)


@pytest.mark.parametrize(
    "url", ["http://sms.example.com/", "ftp://x", "//x", "nowhere/at/all", "https://", ""]
)
def test_an_address_that_is_none_or_not_encrypted_is_refused_beside_its_field(admin, url):
    page = text(admin.post(f"{ACCOUNT}http", {"url": url, "token": "t"}), 422)
    assert "id_url_error" in page
    assert not Gateway.objects.exists()


def test_a_test_message_goes_through_the_account_and_stands_on_its_page(admin, cast, provider, settings):
    settings.SMS_BACKEND = "gateways"
    connect(cast, provider, "http")
    refused = text(admin.post("/outbox/accounts/http/test/", {"phone": "12"}), 422)
    assert "id_phone_error" in refused
    admin.post("/outbox/accounts/http/test/", {"phone": "138 1234 5678"})
    services.send_due()
    assert provider.taken[0]["phone"] == "+8613812345678"
    assert provider.taken[0]["told"] in text(admin.get(f"{ACCOUNT}http"))


def test_the_code_to_follow_is_on_the_customer_s_page(admin, cast, provider, client):
    customer = make_customer(cast.store)
    client.force_login(cast.advisor)
    address = f"/outbox/customers/{customer.pk}/code/"
    assert client.get(address).status_code == 404
    connect(cast, provider, "wechat")
    assert address in text(client.get(f"/customers/{customer.pk}/"))
    page = text(client.get(address))
    assert "<svg" in page
    assert " style=" not in page[page.index("<svg") : page.index("</svg>")]
    provider.shutdown()
    provider.server_close()
    assert client.get(address).status_code == 409


@pytest.mark.django_db(transaction=True)
def test_words_are_written_with_the_customer_s_eyes_on_them(cast, page, sign_in):
    appointment = make_appointment(cast.store)
    sign_in(page, cast.manager)
    page.goto(EDIT)
    field = page.locator("#id_text")
    field.fill("您好，")
    page.get_by_role("button", name="车牌号").click()
    expect(field).to_have_value("您好，{plate}")
    expect(page.locator("#preview .bubble")).to_have_text(f"您好，{appointment.vehicle.plate}")
    expect(page.locator("#preview .field-error")).to_contain_text("{time}")
    page.get_by_role("button", name="时间", exact=True).click()
    expect(page.locator("#preview .field-error")).to_have_count(0)
    page.get_by_role("button", name="保存文案").click()
    expect(page.locator("#toasts")).to_contain_text("已保存")
    assert MessageTemplate.objects.get().text == "您好，{plate}{time}"
