"""Bare views that the product's pages are compared with, and their addresses beside the product's.

Each does the same work for a logged-in person with nothing around it: no frame, no navigation, no rights
beyond the rows'. The search is one statement by hand.
"""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from apps.desk.models.search import fold
from apps.workorders.listing import Listing
from dms.urls import urlpatterns as product

TABLE = """{% for row in rows %}<tr><td><a href="/work-orders/{{ row.pk }}/">{{ row.number }}</a>
{{ row.opened_at|date:"m-d H:i" }}</td><td>{{ row.plate }}</td><td>{{ row.customer }} {{ row.model }}</td>
<td>{{ row.status }} {{ row.waits }} {{ row.comeback_of_id }}</td><td>{{ row.promised_at|date:"m-d H:i" }}
{{ row.closed_at|date:"m-d H:i" }}</td><td>{{ row.advisor }}</td><td>{{ row.total|floatformat:"2g" }}</td>
</tr>{% endfor %}"""
HITS = """{% for title, subtitle, plate, kind, pk in rows %}<a href="/{{ kind }}/{{ pk }}/">{{ title }}
<small>{{ subtitle }}</small> {{ plate }}</a>{% endfor %}"""
SEARCH = """
WITH hit AS (
    SELECT kind, object_id, min(key) AS key FROM (
        SELECT kind, object_id, key FROM desk_searchkey WHERE key >= %(low)s AND key < %(high)s
        ORDER BY key LIMIT 60
    ) AS first GROUP BY kind, object_id
)
SELECT v.plate, c.name, v.plate, 'vehicles', v.id FROM hit
JOIN customers_vehicle v ON v.id = hit.object_id AND hit.kind = 'vehicle'
JOIN customers_customer c ON c.id = v.owner_id
WHERE EXISTS (SELECT FROM customers_storeaccess a WHERE a.customer_id = c.id AND a.store_id = ANY(%(stores)s))
UNION ALL
SELECT c.name, c.phone, '', 'customers', c.id FROM hit
JOIN customers_customer c ON c.id = hit.object_id AND hit.kind = 'customer'
WHERE EXISTS (SELECT FROM customers_storeaccess a WHERE a.customer_id = c.id AND a.store_id = ANY(%(stores)s))
UNION ALL
SELECT o.number, c.name, v.plate, 'work-orders', o.id FROM hit
JOIN workorders_workorder o ON o.id = hit.object_id AND hit.kind = 'workorder'
JOIN customers_customer c ON c.id = o.customer_id JOIN customers_vehicle v ON v.id = o.vehicle_id
WHERE o.store_id = ANY(%(stores)s)
"""


def list_floor(request: HttpRequest) -> HttpResponse:
    """The work-order list's own queries and a plain table of the same cells."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    listing = Listing(request.user, request.GET)
    context = {"rows": listing.rows, "page": listing.page, "advisors": list(listing.advisors)}
    return HttpResponse(_table.render(context))


def search_floor(request: HttpRequest) -> HttpResponse:
    """What a search finds, by one statement."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    low = fold(request.GET["q"])
    with connection.cursor() as cursor:
        high = low + "\U0010ffff"
        cursor.execute(SEARCH, {"low": low, "high": high, "stores": list(request.user.visible_store_ids)})
        return HttpResponse(_hits.render({"rows": cursor.fetchall()}))


_table = engines["django"].from_string(TABLE)
_hits = engines["django"].from_string(HITS)
urlpatterns = [path("floor/list/", list_floor), path("floor/search/", search_floor), *product]
