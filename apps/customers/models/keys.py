"""Under which spellings customers and vehicles are found.

People name a plate by its tail, a VIN by its last six or eight, a telephone by its last four or
seven, a customer by name, pinyin or initials. Keys are compared by prefix (see ``desk.SearchKey``),
so each tail is a key of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from apps.core import phones, pinyin, plates
from apps.desk.models import SearchKey
from apps.desk.models.search import fold

CUSTOMER = "customer"
VEHICLE = "vehicle"
SHORTEST_TAIL = 3


def phone_keys(phone: str) -> set[str]:
    """The number as stored and as dialled here, its last seven and its last four digits."""
    if not phone:
        return set()
    national = phone.removeprefix("+86")
    dialled = national if phones.is_mobile(phone) else f"0{national}"
    return {phone, national, dialled, phone[-7:], phone[-4:]}


def plate_keys(plate: str) -> set[str]:
    """The plate and each of its tails of three characters or more, with and without its sign (警, 港 …)."""
    body = plate.rstrip(plates.SUFFIXES)
    spelled = {plate, body}
    return {text[n:] for text in spelled for n in range(len(text) - SHORTEST_TAIL + 1)} - {""}


def customer_keys(*, name: str, number: str, phone: str) -> set[str]:
    """The keys of one customer."""
    return {name, number, pinyin.full(name), pinyin.initials(name), *phone_keys(phone)}


def vehicle_keys(*, vin: str, plate: str) -> set[str]:
    """The keys of one vehicle."""
    return {vin, vin[-6:], vin[-8:], *plate_keys(plate)}


def ids(kind: str, text: str) -> QuerySet:
    """The ids of one kind found under ``text``, for a subquery; none for an empty text."""
    folded = fold(text)
    if not folded:
        return SearchKey.objects.none().values("object_id")
    found = SearchKey.objects.filter(kind=kind, key__gte=folded, key__lt=folded + "\U0010ffff")
    return found.values("object_id")


def put(kind: str, keys: Mapping[int, Iterable[str]]) -> None:
    """Replace the keys of many rows, ``{id: keys}``. Two statements, however many rows."""
    SearchKey.objects.filter(kind=kind, object_id__in=list(keys)).delete()
    SearchKey.objects.bulk_create(
        SearchKey(kind=kind, object_id=object_id, key=key)
        for object_id, texts in keys.items()
        for key in sorted({fold(text)[:60] for text in texts} - {""})
    )
