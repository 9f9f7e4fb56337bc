"""A gateway of one's own: the protocol stands in docs/messages.md."""

from __future__ import annotations

from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from apps.core import wire
from apps.core.registry import Option
from apps.messaging.gateways.base import Answer, Backend, Heard, Outcome, Parcel, Report


class HttpBackend(Backend):
    """POST with our reference as the idempotency key; GET …/<reference> asks what became of it."""

    OPTIONS = (
        Option("url", _("Address"), hint=_("https://…; messages are posted there.")),
        Option("token", _("Access token"), secret=True),
    )
    TAKEN = {"ok": True}

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.options['token']}"}

    def send(self, parcel: Parcel) -> Answer:
        """2xx and 409 (known already) are accepted; other 4xx refused; 5xx say nothing."""
        body = {
            "reference": parcel.reference,
            "phone": parcel.address,
            "text": parcel.text,
            "template": parcel.code,
            "values": dict(parcel.values),
        }
        headers = self._headers | {"Idempotency-Key": parcel.reference}
        try:
            reply = wire.call("POST", self.options["url"], json_body=body, headers=headers)
        except wire.NeverArrived as error:
            return Answer(Outcome.REFUSED, str(error))
        except wire.NoAnswer as error:
            return Answer(Outcome.UNKNOWN, str(error))
        told = str(reply.body.get("detail", "")) or f"HTTP {reply.status}"
        if reply.status < 300 or reply.status == 409:
            return Answer(Outcome.ACCEPTED, "", str(reply.body.get("id", "")))
        return Answer(Outcome.REFUSED if 400 <= reply.status < 500 else Outcome.UNKNOWN, told)

    def ask(self, parcel: Parcel) -> Answer:
        url = f"{self.options['url'].rstrip('/')}/{quote(parcel.reference, safe='')}"
        try:
            reply = wire.call("GET", url, headers=self._headers)
        except (wire.NeverArrived, wire.NoAnswer) as error:
            return Answer(Outcome.UNKNOWN, str(error))
        if reply.status == 404:
            return Answer(Outcome.REFUSED, "HTTP 404")
        if reply.status == 200 and reply.body.get("state") in ("accepted", "delivered"):
            return Answer(Outcome.ACCEPTED, "", str(reply.body.get("id", "")))
        if reply.status == 200 and reply.body.get("state") == "failed":
            return Answer(Outcome.REFUSED, str(reply.body.get("detail", "")))
        return Answer(Outcome.UNKNOWN, f"HTTP {reply.status}")

    def reports(self, body: bytes) -> list[Report]:
        return [
            Report(
                reference=str(row.get("reference", "")),
                provider_id=str(row.get("id", "")),
                delivered=row.get("delivered") is True,
                detail=str(row.get("detail", "")),
                at=str(row.get("at", "")),
            )
            for row in wire.rows(body)
        ]

    def replies(self, body: bytes) -> list[Heard]:
        return [
            Heard(str(row.get("reference", "")), str(row.get("phone", "")), str(row.get("text", "")))
            for row in wire.rows(body)
        ]
