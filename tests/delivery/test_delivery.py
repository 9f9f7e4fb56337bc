"""Settle, pay, hand back: to the fen, with nothing forgotten at the car."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Package
from apps.core.errors import DomainError
from apps.customers.models import ServiceRecord
from apps.delivery import papers, services
from apps.delivery.explanations import EXPLANATIONS
from apps.delivery.models import CustodyItem, GatePass, Settlement
from apps.desk.models import EventDelivery, File, PdfJob
from apps.desk.pdf import make_due
from apps.messaging.models import Message
from apps.messaging.words import Words
from apps.money import services as money
from apps.money.models import Account
from apps.money.selectors import balance, differences
from apps.reception.models import Visit
from apps.workorders.models import Line, WorkOrder
from tests.customers.factories import make_campaign
from tests.delivery.factories import hand_back, make_paid_order, make_ready_order, make_settlement
from tests.workorders.factories import labour, make_order, part

pytestmark = pytest.mark.usefixtures("midmorning")


def refused(verb) -> str:
    with pytest.raises(DomainError) as error:
        verb()
    return error.value.code


def test_settling_posts_what_is_owed_and_earned_and_balances(cast):
    settlement = make_settlement(cast, [labour(cast, "1.5"), part(cast, "68.35", quantity=3)])
    assert settlement.parts_total == Decimal("205.05")
    assert balance(settlement.account) == settlement.total
    assert balance(Account.general(cast.store, "parts_revenue")) == -settlement.parts_total
    assert balance(Account.general(cast.store, "labour_revenue")) == -settlement.labour_total
    assert differences() == []
    assert settlement.order.status == "settled"


def test_what_warranty_pays_is_not_the_customers_debt(cast):
    order = make_ready_order(cast, [labour(cast, "1.0"), part(cast, "100.00")])
    Line.objects.filter(order=order, kind="part").update(payer="warranty")
    settlement = services.settle(order, by=cast.advisor)
    assert settlement.customer_total == settlement.labour_total == balance(settlement.account)
    [other] = Account.objects.filter(kind="receivable").exclude(pk=settlement.account_id)
    assert balance(other) == Decimal("100.00")
    assert differences() == []


def test_nothing_is_settled_before_it_is_ready_or_with_parts_still_on_the_shelf(cast):
    assert refused(lambda: services.settle(make_order(cast), by=cast.advisor)) == "wrong_status"
    order = make_ready_order(cast, issue=False)
    assert refused(lambda: services.settle(order, by=cast.advisor)) == "unissued_parts"
    assert not Settlement.objects.exists()


def test_an_order_is_settled_once(cast):
    settlement = make_settlement(cast)
    assert refused(lambda: services.settle(settlement.order, by=cast.advisor)) == "wrong_status"


def test_it_is_paid_in_parts_and_never_more_than_owed(cast):
    settlement = make_settlement(cast)
    total = settlement.customer_total
    services.pay(settlement, "cash", Decimal("50.00"), by=cast.cashier)
    assert refused(lambda: services.pay(settlement, "wechat", total, by=cast.cashier)) == "more_than_owed"
    services.pay(settlement, "wechat", total - 50, by=cast.cashier)
    assert balance(settlement.account) == 0
    assert balance(Account.general(cast.store, "till")) == 50


def test_a_reversal_needs_the_money_given_back_then_undoes_everything(cast):
    settlement = make_settlement(cast)
    payment = services.pay(settlement, "cash", Decimal("50.00"), by=cast.cashier)
    assert refused(lambda: services.reverse(settlement, by=cast.manager, reason="价格有误")) == "paid"
    money.refund(payment, Decimal("50.00"), by=cast.cashier, reason="价格有误")
    services.reverse(settlement, by=cast.manager, reason="价格有误")
    assert WorkOrder.objects.get().status == "ready"
    assert balance(settlement.account) == 0
    assert balance(Account.general(cast.store, "labour_revenue")) == 0
    assert refused(lambda: services.pay(settlement, "cash", Decimal(1), by=cast.cashier)) == "reversed"
    again = services.settle(settlement.order, by=cast.advisor)
    assert again.number != settlement.number
    assert differences() == []


def test_the_car_goes_home_and_everything_is_on_file(cast):
    order = make_paid_order(cast)
    gate_pass = hand_back(cast, order)
    assert WorkOrder.objects.get(pk=order.pk).status == "delivered"
    assert Visit.objects.get(pk=order.visit_id).status == "left"
    assert ServiceRecord.objects.get(vehicle=order.vehicle).total_amount == order.total
    assert gate_pass.owed == 0
    assert EventDelivery.objects.filter(event__kind="workorder.delivered").exists()


def test_a_campaign_ends_with_the_delivery_of_its_work(cast):
    order = make_paid_order(cast)
    operation = order.lines.exclude(operation=None).first().operation
    package = Package.objects.create(group=cast.group, code="ZH-1", name="召回加固")
    package.lines.create(operation=operation)
    row = make_campaign(cast, order.vehicle, package=package).cars.get()
    hand_back(cast, order)
    row.refresh_from_db()
    assert (row.result, row.note) == ("done", order.number)


def test_it_does_not_go_before_all_is_explained_and_given_back(cast):
    order = make_paid_order(cast)
    key = services.take_custody(order.visit, "key", by=cast.advisor)
    assert refused(lambda: hand_back(cast, order, explained=list(EXPLANATIONS)[1:])) == "not_explained"
    assert refused(lambda: hand_back(cast, order, returned=[])) == "custody_kept"
    hand_back(cast, order, returned=[key.pk])
    key.refresh_from_db()
    assert key.returned_by == cast.advisor


def test_an_unpaid_car_leaves_only_with_a_manager_and_a_reason(cast):
    order = make_settlement(cast).order
    assert refused(lambda: hand_back(cast, order)) == "unpaid"
    assert refused(lambda: hand_back(cast, order, by=cast.manager)) == "unpaid_reason_missing"
    gate_pass = hand_back(cast, order, by=cast.manager, unpaid_reason="月结客户")
    assert gate_pass.owed == order.total


def test_a_gate_pass_lets_one_car_out_once(cast, client):
    gate_pass = hand_back(cast, make_paid_order(cast))
    client.force_login(cast.guard)
    assert gate_pass.number in client.get("/gate/").content.decode()
    assert client.post(f"/gate/{gate_pass.pk}/exit/").status_code == 302
    assert client.post(f"/gate/{gate_pass.pk}/exit/").status_code == 409
    assert GatePass.objects.get().let_out_by == cast.guard


def test_something_else_that_is_taken_in_is_named(cast):
    visit = make_order(cast).visit
    assert refused(lambda: services.take_custody(visit, "other", by=cast.advisor)) == "label_missing"
    services.take_custody(visit, "other", label="儿童座椅", by=cast.advisor)
    assert "儿童座椅" in str(CustodyItem.objects.get())


@pytest.mark.parametrize("fields", [{"total": 1}, {"invoice_number": "123"}], ids=["sum", "invoice number"])
def test_the_database_refuses_a_statement_that_does_not_add_up(cast, fields):
    settlement = make_settlement(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.filter(pk=settlement.pk).update(**fields)


def test_the_statement_counts_hours_and_pieces_in_their_units(cast):
    settlement = make_settlement(cast, [labour(cast, "1.5"), part(cast, "68.35", quantity=3)])
    page = render_to_string("delivery/pdf/settlement.html", papers.context(settlement.pk))
    assert ">1.5 h<" in page
    assert "3.00" not in page, "pieces are counted whole"


def test_the_statement_is_printed_by_a_worker(cast):
    settlement = make_settlement(cast)
    while make_due():
        pass
    job = PdfJob.objects.get(kind="delivery.settlement")
    assert job.error == ""
    file = File.objects.get(pk=job.file_id)
    assert file.read().startswith(b"%PDF")
    assert file.name == f"{settlement.number}.pdf"


def test_the_customer_hears_that_the_car_is_ready_unless_it_has_gone(cast):
    order = make_ready_order(cast)
    event = EventDelivery.objects.get(subscriber="delivery.announce_ready").event
    papers.announce_ready(event)
    papers.announce_ready(event)
    message = Message.objects.get(kind=papers.READY)
    assert papers.decide_ready(message) == ""
    assert order.vehicle.plate in Words().of(message, None).text
    WorkOrder.objects.filter(pk=order.pk).update(status="delivered")
    assert papers.decide_ready(message) != ""


def test_settle_pay_and_hand_back_on_the_page(cast, client):
    order = make_ready_order(cast)
    url = f"/delivery/{order.number}/"
    client.force_login(cast.advisor)
    assert client.post(url + "settlement/", {"invoice_title": "王晓明"}).status_code == 302
    client.force_login(cast.cashier)
    wrong = client.post(url + "payments/", {"method": "cash", "amount": "一百", "reference": "柜台 2"})
    assert wrong.status_code == 422
    assert "柜台 2" in wrong.content.decode()
    assert client.post(url + "payments/", {"method": "cash", "amount": str(order.total)}).status_code == 302
    client.force_login(cast.advisor)
    assert client.post(url + "hand-back/", {"explained": ["invoice"]}).status_code == 409
    assert client.post(url + "hand-back/", {"explained": list(EXPLANATIONS)}).status_code == 302
    assert client.get(url).status_code == 200


def test_a_double_press_takes_the_money_once(cast, client):
    settlement = make_settlement(cast)
    client.force_login(cast.cashier)
    url = f"/delivery/{settlement.order.number}/payments/"
    for _press in range(2):
        client.post(url, {"method": "cash", "amount": "50", "_once": "k"})
    assert settlement.account.payments.count() == 1


def test_an_advisor_takes_no_money_and_a_stranger_sees_nothing(cast, client):
    settlement = make_settlement(cast)
    client.force_login(cast.advisor)
    url = f"/delivery/{settlement.order.number}/"
    assert client.post(url + "payments/", {"method": "cash", "amount": "1"}).status_code == 403
    client.force_login(cast.stranger)
    assert client.get(url).status_code == 404
    assert client.post("/api/v1/settlements/", {"order": settlement.order_id}).status_code == 404


def test_the_api_settles_and_takes_money_by_the_same_verbs(cast, client):
    order = make_ready_order(cast)
    client.force_login(cast.cashier)
    made = client.post("/api/v1/settlements/", {"order": order.pk})
    assert made.status_code == 201
    assert made.json()["owed"] == str(order.total)
    again = client.post("/api/v1/settlements/", {"order": order.pk})
    assert (again.status_code, again.json()["title"]) == (409, "wrong_status")
    pay = {"settlement": made.json()["id"], "method": "cash", "amount": "99999.00"}
    assert client.post("/api/v1/payments/", pay).json()["title"] == "more_than_owed"
    headers = {"Idempotency-Key": "p1"}
    pay["amount"] = "10.00"
    first = client.post("/api/v1/payments/", pay, headers=headers)
    second = client.post("/api/v1/payments/", pay, headers=headers)
    assert first.json() == second.json()
    changed = client.post("/api/v1/payments/", pay | {"amount": "11.00"}, headers=headers)
    assert changed.status_code == 422


def test_a_program_hands_the_car_back(cast, client):
    order = make_paid_order(cast)
    url = f"/api/v1/work-orders/{order.pk}/deliver/"
    client.force_login(cast.advisor)

    def deliver(**said):
        return client.post(url, said, content_type="application/json")

    assert deliver(explained=["invoice"]).json()["title"] == "not_explained"
    assert deliver(explained=["wings"]).status_code == 400
    given = deliver(explained=list(EXPLANATIONS), callback_wish="14:00")
    assert (given.status_code, given.json()["owed"]) == (201, "0.00")
    assert WorkOrder.objects.get(pk=order.pk).status == "delivered"
    assert deliver(explained=list(EXPLANATIONS)).status_code == 409


def test_the_queue_costs_the_same_queries_at_1_and_at_4_cars(cast, client):
    client.force_login(cast.advisor)
    counts = []
    for more in (1, 3):
        for _car in range(more):
            make_settlement(cast)
        client.get("/delivery/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/delivery/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
