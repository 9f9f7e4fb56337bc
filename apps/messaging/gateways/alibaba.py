"""Alibaba Cloud short messages, through the maker's own package (extra ``sms-alibaba``).

A template's variables go by name. The provider knows no idempotency key, so a call is made once and never
repeated by the package; ``out_id`` carries our reference into receipts and queries.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import wire
from apps.core.registry import Option
from apps.core.wire import TIMEOUT_S
from apps.messaging.gateways.base import (
    Answer,
    Backend,
    Heard,
    Outcome,
    Parcel,
    Report,
    national,
)

NOT_TAKEN = 2
"""SendStatus of a query: the operator refused it."""
PAGE = 50


class AlibabaBackend(Backend):
    """SendSms and QuerySendDetails; SmsReport and SmsUp come back."""

    PACKAGE = "alibabacloud_dysmsapi20170525"
    OPTIONS = (
        Option("sign_name", pgettext_lazy("of short messages", "Signature")),
        Option("access_key_id", _("Access key ID")),
        Option("access_key_secret", _("Access key secret"), secret=True),
        Option("endpoint", _("Endpoint"), default="dysmsapi.aliyuncs.com"),
    )
    needs_code = True
    TAKEN = {"code": 0, "msg": "OK"}

    def _call(self, verb: str, request: Any) -> Any:
        from alibabacloud_dysmsapi20170525.client import Client
        from alibabacloud_tea_openapi.models import Config
        from alibabacloud_tea_util.models import RuntimeOptions

        protocol, _sep, endpoint = self.options["endpoint"].rpartition("://")
        client = Client(
            Config(
                access_key_id=self.options["access_key_id"],
                access_key_secret=self.options["access_key_secret"],
                endpoint=endpoint,
                protocol=protocol or "https",
            )
        )
        patience = RuntimeOptions(
            autoretry=False, max_attempts=1, read_timeout=TIMEOUT_S * 1000, connect_timeout=TIMEOUT_S * 1000
        )
        return getattr(client, f"{verb}_with_options")(request, patience).body

    def send(self, parcel: Parcel) -> Answer:
        from alibabacloud_dysmsapi20170525.models import SendSmsRequest

        request = SendSmsRequest(
            phone_numbers=national(parcel.address),
            sign_name=self.options["sign_name"],
            template_code=parcel.code,
            template_param=json.dumps(dict(parcel.values), ensure_ascii=False),
            out_id=parcel.reference,
        )
        try:
            body = self._call("send_sms", request)
        except Exception as error:  # of many makes, and a raised call says little: see _judge
            return _judge(error)
        if body.code == "OK":
            return Answer(Outcome.ACCEPTED, "", body.biz_id or "")
        return Answer(Outcome.REFUSED, f"{body.code}: {body.message}")

    def ask(self, parcel: Parcel) -> Answer:
        """Looks through that day's messages to the number for our reference."""
        from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest

        request = QuerySendDetailsRequest(
            phone_number=national(parcel.address),
            send_date=f"{timezone.localtime(parcel.at):%Y%m%d}",
            page_size=PAGE,
            current_page=1,
        )
        try:
            body = self._call("query_send_details", request)
        except Exception as error:
            return Answer(Outcome.UNKNOWN, str(error)[:200])
        if body.code != "OK":
            return Answer(Outcome.UNKNOWN, f"{body.code}: {body.message}")
        details = body.sms_send_detail_dtos
        for row in (details.sms_send_detail_dto or []) if details else []:
            if row.out_id == parcel.reference:
                failed = row.send_status == NOT_TAKEN
                return Answer(Outcome.REFUSED if failed else Outcome.ACCEPTED, row.err_code or "")
        return Answer(Outcome.UNKNOWN)

    def reports(self, body: bytes) -> list[Report]:
        return [
            Report(
                reference=str(row.get("out_id") or ""),
                provider_id=str(row.get("biz_id") or ""),
                delivered=row.get("success") is True,
                detail=str(row.get("err_code") or ""),
                at=str(row.get("report_time") or ""),
            )
            for row in wire.rows(body)
        ]

    def replies(self, body: bytes) -> list[Heard]:
        return [
            Heard(
                str(row.get("sequence_id") or ""),
                str(row.get("phone_number") or ""),
                str(row.get("content") or ""),
            )
            for row in wire.rows(body)
        ]


def _judge(error: Exception) -> Answer:
    """The service's own answer with a code below 500 refuses; anything else leaves it open."""
    status = getattr(error, "status_code", None) or getattr(error, "statusCode", None)
    code = getattr(error, "code", "") or ""
    if status is not None and 400 <= int(status) < 500:
        return Answer(Outcome.REFUSED, str(code or error)[:200])
    if "NewConnectionError" in str(error) or "Connection refused" in str(error):
        return Answer(Outcome.REFUSED, "connection refused")
    return Answer(Outcome.UNKNOWN, str(code or error)[:200])
