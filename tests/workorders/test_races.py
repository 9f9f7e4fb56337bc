"""Two people at one order: whoever comes second judges what is true then."""

from decimal import Decimal

import pytest
from django.db import transaction

from apps.core.errors import DomainError
from apps.workorders import services
from apps.workorders.models import Authorisation, Line, OrderVersion, WorkOrder
from tests.harness.connections import in_background, together, until_a_rival_waits
from tests.workorders.factories import labour, make_order, make_visit, part, signature_png

D = Decimal
pytestmark = pytest.mark.django_db(transaction=True)


def signing(cast, version):
    """Sign ``version`` as another connection sees it."""

    def act():
        fresh = OrderVersion.objects.get(pk=version.pk)
        return services.authorise(
            fresh, by=cast.advisor, method="signature", given_by="Wang", signature=signature_png()
        )

    return act


def test_an_edit_that_commits_first_makes_the_signature_stale(cast):
    order = make_order(cast, [labour(cast, unit_price=D(100))])
    version = services.freeze(order, by=cast.advisor)
    with transaction.atomic():
        services.edit_line(order.lines.get(), by=cast.advisor, unit_price=D(999))
        rival = in_background(signing(cast, version))
        until_a_rival_waits()
    with pytest.raises(DomainError) as refused:
        rival.result(timeout=10)
    assert refused.value.code == "version_stale"
    assert order.lines.get().state == "waiting"


def test_a_signature_that_commits_first_is_reopened_by_the_edit(cast):
    order = make_order(cast, [labour(cast, unit_price=D(100))])
    version = services.freeze(order, by=cast.advisor)
    line = order.lines.get()

    def edit():
        return services.edit_line(Line.objects.get(pk=line.pk), by=cast.advisor, unit_price=D(999))

    with transaction.atomic():
        signing(cast, version)()
        rival = in_background(edit)
        until_a_rival_waits()
    assert rival.result(timeout=10).state == "waiting"
    line.refresh_from_db()
    assert (line.authorised_in, line.amount > 100) == (None, True)


def test_without_the_lock_the_customer_would_have_signed_another_price(cast):
    """The control: the guard reads before the rival's commit and writes after it."""
    order = make_order(cast, [labour(cast, unit_price=D(100))])
    version = services.freeze(order, by=cast.advisor)
    line = order.lines.get()
    amount = line.amount
    with transaction.atomic():
        shown = OrderVersion.objects.get(pk=version.pk).content["lines"][0]["amount"]
        assert shown == str(line.amount)

        def unlocked_edit():
            Line.objects.filter(pk=line.pk).update(unit_price=D(999), amount=D("499.50"))

        in_background(unlocked_edit).result(timeout=10)
        Line.objects.filter(pk=line.pk).update(authorised_in=version, agreed_amount=amount)
    line.refresh_from_db()
    assert line.authorised_in == version
    assert str(line.amount) != shown


def test_a_version_is_answered_once_by_desk_and_link_together(cast):
    order = make_order(cast)
    version = services.freeze(order, by=cast.advisor)
    results = together(*[signing(cast, version)] * 3)
    assert Authorisation.objects.count() == 1
    codes = sorted(r.code for r in results if isinstance(r, DomainError))
    assert codes == ["already_answered"] * 2


def test_a_visit_gets_one_order_from_two_desks(cast):
    visit = make_visit(cast)
    results = together(*[lambda: services.open_order(visit=visit, by=cast.advisor)] * 3)
    assert WorkOrder.objects.count() == 1
    assert sum(isinstance(r, DomainError) for r in results) == 2


def test_two_people_adding_lines_lose_none_and_the_total_is_right(cast):
    order = make_order(cast, [])
    specs = [[part(cast, "10.00")] for _n in range(4)]

    def add(spec):
        return lambda: services.add_lines(WorkOrder.objects.get(pk=order.pk), spec, by=cast.advisor)

    results = together(*[add(spec) for spec in specs])
    assert not [r for r in results if isinstance(r, BaseException)]
    order.refresh_from_db()
    assert order.total == D("40.00")
    assert sorted(order.lines.values_list("position", flat=True)) == [1, 2, 3, 4]
