"""Customers: entering, changing, who may see them."""

import pytest
from django.core.exceptions import ValidationError

from apps.core.errors import DomainError
from apps.customers import services
from apps.customers.models import Customer, StoreAccess
from apps.desk.models import Event, SearchKey
from tests.customers.factories import make_customer

pytestmark = pytest.mark.django_db


def register(cast, **fields):
    fields = {"name": "单雄信", "phone": "138 1234 5678"} | fields
    return Customer.objects.register(store=cast.store, by=cast.advisor, **fields)


def test_a_new_customer_gets_a_number_an_e164_phone_and_a_sort_key_by_pinyin(cast):
    customer = register(cast)
    assert customer.number.startswith("C-HZ01-")
    assert customer.phone == "+8613812345678"
    assert customer.sort_key.startswith("shan xiong xin")


def test_a_number_of_the_old_system_is_kept(cast):
    assert register(cast, number="K0001").number == "K0001"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"phone": "1381234567"}, "phone"), ({"name": ""}, "name"), ({"kind": "cat"}, "kind")],
)
def test_wrong_input_names_its_field_and_saves_nothing(cast, fields, wrong):
    with pytest.raises(ValidationError) as refused:
        register(cast, **fields)
    assert list(refused.value.message_dict) == [wrong]
    assert not Customer.objects.exists()


def test_two_customers_may_share_a_telephone(cast):
    register(cast)
    register(cast, name="单夫人")
    assert Customer.objects.with_phone("+8613812345678").count() == 2


def test_the_store_that_enters_a_customer_sees_it_and_no_other_does(cast):
    customer = register(cast)
    assert Customer.objects.visible_to(cast.advisor).get() == customer
    assert not Customer.objects.visible_to(cast.neighbour).exists()
    assert Customer.objects.in_group_of(cast.neighbour).exists()
    assert not Customer.objects.in_group_of(cast.stranger).exists()
    assert Customer.objects.visible_to(cast.group_manager).exists()


@pytest.mark.parametrize(
    "typed", ["单雄", "shanxiong", "SXX", "13812345678", "138 1234", "2345678", "5678", "+86138"]
)
def test_a_customer_is_found_as_people_ask(cast, typed):
    customer = register(cast)
    register(cast, name="王二", phone="13900000000")
    assert list(Customer.objects.matching(typed)) == [customer]


def test_a_new_telephone_is_found_and_the_old_one_no_more(cast):
    customer = register(cast)
    assert customer.update(by=cast.advisor, phone="0571 8888 6666") is True
    assert customer.version == 1
    assert list(Customer.objects.matching("057188886666")) == [customer]
    assert not Customer.objects.matching("13812345678").exists()


def test_a_change_is_told_with_the_personal_values_apart(cast):
    customer = register(cast)
    customer.update(by=cast.advisor, name="单二", kind="company", advisor=cast.advisor)
    event = Event.objects.story(customer.event_thread).first()
    assert event.kind == "customer.updated"
    assert event.facts["fields"] == ["advisor", "kind", "name"]
    assert "单二" not in str(event.facts)
    assert event.personal == {"name": ["单雄信", "单二"]}


def test_saving_what_stands_there_changes_nothing(cast):
    customer = register(cast)
    assert customer.update(by=cast.advisor, name="单雄信", phone="138-1234-5678") is False
    assert customer.version == 0
    assert Event.objects.filter(kind="customer.updated").count() == 0


def test_a_merged_file_is_not_changed_any_more(cast):
    customer = make_customer(cast)
    Customer.objects.filter(pk=customer.pk).update(merged_into=make_customer(cast))
    with pytest.raises(DomainError, match=r"merged|合并"):
        customer.update(by=cast.advisor, name="李四")


def test_access_is_granted_once_and_told(cast):
    customer = make_customer(cast)
    assert services.grant_access(cast.other_store, customer, "booking", by=cast.neighbour) is True
    assert services.grant_access(cast.other_store, customer, "arrival", by=cast.neighbour) is False
    assert StoreAccess.objects.get(store=cast.other_store).reason == "booking"
    assert Event.objects.filter(kind="customer.access_granted").count() == 1
    assert Customer.objects.visible_to(cast.neighbour).get() == customer


def test_opening_a_file_is_told_with_its_reason(cast):
    customer = make_customer(cast)
    services.open_file(customer, by=cast.neighbour, reason="客户在本店求助")
    event = Event.objects.get(kind="customer.file_opened")
    assert (event.reason, event.store, event.actor) == ("客户在本店求助", cast.other_store, cast.neighbour)


def test_indexing_many_takes_as_many_queries_as_indexing_few(cast, django_assert_num_queries):
    few = [make_customer(cast) for _ in range(3)]
    many = [make_customer(cast) for _ in range(40)]
    with django_assert_num_queries(2):
        services.index_customers(few)
    with django_assert_num_queries(2):
        services.index_customers(many)
    assert SearchKey.objects.filter(kind="customer", key=many[7].number.replace("-", "").lower()).exists()
