"""The work-order list and an order's page."""

from __future__ import annotations

from decimal import Decimal

from django.core.cache import cache
from django.db import transaction

from apps.accounts.models import User
from apps.catalog.models import LabourOperation, Part
from apps.customers.models import Vehicle
from apps.workorders import services
from apps.workorders.models import WorkOrder
from bench.figures.base import Job, Size, bare, product
from bench.measure import Figure, Site, side_by_side, statements

QUERY = "status=delivered&advisor=me"
LINES = 60


def list_ratio(size: Size) -> dict[str, Figure]:
    """A filtered page of 50 out of all orders."""
    user = User.objects.get(username="advisor")
    ours, floor = product(user), bare(user)
    n = 60 if size.full else 40
    a, b = side_by_side(
        lambda: ours.get(f"/work-orders/?{QUERY}"), lambda: floor.get(f"/floor/list/?{QUERY}"), n=n
    )
    return {"list_page_ratio": Figure(a / b, 2, "×", n, floor=b, note=f"{a:.1f} ms over {b:.1f} ms")}


def list_queries(size: Size) -> dict[str, Figure]:
    """The most statements of a list page: all rows, ten rows, found by a text."""
    site = product(User.objects.get(username="advisor"))
    last = WorkOrder.objects.order_by("pk").values_list("pk", flat=True)[10]
    paths = {
        "all": f"/work-orders/?{QUERY}",
        "ten": f"/work-orders/?{QUERY}&after={last}",
        "found": f"/work-orders/?{QUERY}&q=12345",
    }
    empty = max(cold(site, path) for path in paths.values())
    counts = {name: again(site, path) for name, path in paths.items()}
    if counts["all"] != counts["ten"]:
        raise AssertionError(f"the number of statements grows with the rows: {counts}")
    note = f"{empty} with nothing in the cache"
    return {"list_page_queries": Figure(max(counts.values()), 10, "statements", len(paths), note=note)}


def cold(site: Site, path: str) -> int:
    """Statements of a page of which the cache knows nothing."""
    site.get(path)
    cache.clear()
    return again(site, path)


def again(site: Site, path: str) -> int:
    """Statements of a page that was open before."""
    with statements() as sent:
        site.get(path)
    return len(sent)


def order_queries(size: Size) -> dict[str, Figure]:
    """An order of 60 lines, estimate and authorised."""
    user = User.objects.get(username="advisor")
    order = _long_order(user)
    site = product(user)
    path = f"/work-orders/{order.pk}/"
    estimate_cold, estimate = cold(site, path), again(site, path)
    services.authorise_now(
        order, by=user, method="phone", given_by="Bench", phone="13800000000", said="Yes", witness="Bench"
    )
    authorised_cold, authorised = cold(site, path), again(site, path)
    empty = max(estimate_cold, authorised_cold)
    note = f"estimate {estimate}, authorised {authorised}; {empty} with nothing in the cache"
    return {"order_page_queries": Figure(max(estimate, authorised), 12, "statements", 2, note=note)}


@transaction.atomic
def _long_order(user: User) -> WorkOrder:
    operations = list(LabourOperation.objects.visible_to(user).active()[:20])
    stock = list(Part.objects.visible_to(user).active()[:20])
    specs = [
        services.LineSpec(part=stock[n % len(stock)], quantity=Decimal(1))
        if n % 2
        else services.LineSpec(operation=operations[n % len(operations)])
        for n in range(LINES)
    ]
    return services.open_order(by=user, vehicle=Vehicle.objects.visible_to(user).last(), lines=specs)


JOBS = [
    Job(("list_page_ratio",), "the filtered list, over its queries and a plain table", list_ratio),
    Job(("list_page_queries",), "statements of a list page at ten rows and at all", list_queries),
    Job(("order_page_queries",), f"statements of the page of an order of {LINES} lines", order_queries),
]
