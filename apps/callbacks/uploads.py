"""Completed callbacks go to the maker's system, each under its own reference. Protocol: docs/links.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.callbacks import export, standards
from apps.callbacks.models import Upload
from apps.calls.models import Call
from apps.core import vault, wire
from apps.core.registry import ConnectionKind, Option
from apps.desk.models import Connection

MAKER = "maker"
KIND = ConnectionKind(
    MAKER,
    _("Maker's callback system"),
    _("Completed callbacks are handed over one by one, each with its answer."),
    (
        Option("url", _("Address"), hint=_("https://…; records are posted there.")),
        Option("dealer", _("Dealer code")),
        Option("token", _("Access token"), secret=True),
    ),
)
BATCH = 100
UNREADABLE = gettext_noop("The credentials cannot be read with today's key")


def lay(now: datetime) -> int:
    """A row for each callback completed since its store's connection is in use. Two queries a store."""
    made = 0
    for connection in Connection.objects.live(MAKER):
        finished = Call.objects.filter(
            store=connection.store_id,
            queue__in=standards.QUEUES,
            state__in=["done", "unreached"],
            finished_at__gte=connection.used_since,
        ).exclude(pk__in=Upload.objects.filter(store=connection.store_id).values("call"))
        rows = [Upload(store_id=connection.store_id, call=call, due_at=now) for call in finished[:1000]]
        made += len(Upload.objects.bulk_create(rows, ignore_conflicts=True))
    return made


def send_due(now: datetime, limit: int = BATCH) -> int:
    """Claim and hand over what is due; returns how many. One request a row, two for unknown ones."""
    claimed = Upload.objects.claim(now, limit)
    calls = Call.objects.select_related("store", "vehicle", "finished_by", "customer")
    by_id = calls.in_bulk([row.call_id for row in claimed])
    forms = export.forms_of(by_id.values())
    ways: dict[int, _Way | None] = {}
    for row in claimed:
        if row.store_id not in ways:
            ways[row.store_id] = _way(row.store_id)
        way = ways[row.store_id]
        if way is None:
            row.put_off(Upload.State.UNKNOWN if row.was_unknown else Upload.State.WAITING, now, UNREADABLE)
        else:
            way.hand_over(row, export.record(by_id[row.call_id], forms.get(row.call_id)), now)
    return len(claimed)


def _way(store_id: int) -> _Way | None:
    connection = Connection.objects.live(MAKER).filter(store=store_id).first()
    try:
        return _Way(connection.values) if connection is not None else None
    except vault.Unreadable:
        return None


@dataclass(frozen=True)
class _Way:
    """The road to one store's account."""

    values: dict[str, str]

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.values['token']}"}

    def hand_over(self, row: Upload, record: dict[str, str], now: datetime) -> None:
        """Ask first what may have arrived; send what certainly did not; keep what is known."""
        try:
            if row.was_unknown and self._has_arrived(row, now):
                return
            reply = self._post(row, record)
        except wire.NeverArrived as error:
            row.put_off(Upload.State.WAITING, now, str(error))
        except wire.NoAnswer as error:
            row.put_off(Upload.State.UNKNOWN, now, str(error))
        else:
            _judge(row, reply, now)

    def _post(self, row: Upload, record: dict[str, Any]) -> wire.Reply:
        body = {"reference": row.reference, "dealer": self.values["dealer"], **record}
        headers = self._headers | {"Idempotency-Key": row.reference}
        return wire.call("POST", self.values["url"], json_body=body, headers=headers)

    def _has_arrived(self, row: Upload, now: datetime) -> bool:
        """Whether the maker settles it; raises NoAnswer when it cannot say."""
        address = f"{self.values['url'].rstrip('/')}/{quote(row.reference, safe='')}"
        try:
            reply = wire.call("GET", address, headers=self._headers)
        except wire.NeverArrived as error:
            raise wire.NoAnswer(str(error)) from error
        if reply.status == 404:
            return False
        if reply.status != 200:
            raise wire.NoAnswer(f"HTTP {reply.status}")
        row.settle(Upload.State.ACCEPTED, now, maker_id=str(reply.body.get("id", "")))
        return True


def _judge(row: Upload, reply: wire.Reply, now: datetime) -> None:
    """2xx and 409 (known already) are accepted; 401, 403, 429 wait; other 4xx refused; 5xx say nothing."""
    told = str(reply.body.get("detail", "")) or f"HTTP {reply.status}"
    if reply.status < 300 or reply.status == 409:
        row.settle(Upload.State.ACCEPTED, now, maker_id=str(reply.body.get("id", "")))
    elif reply.status in (401, 403, 429):
        row.put_off(Upload.State.WAITING, now, told)
    elif 400 <= reply.status < 500:
        row.settle(Upload.State.REFUSED, now, detail=told)
    else:
        row.put_off(Upload.State.UNKNOWN, now, told)
