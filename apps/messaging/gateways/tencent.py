"""Tencent Cloud short messages, through the maker's own package (extra ``sms-tencent``).

A template's variables go by position. ``SessionContext`` carries our reference into queries; receipts
have the serial number only.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import clock, wire
from apps.core.registry import Option
from apps.core.wire import TIMEOUT_S
from apps.messaging.gateways.base import Answer, Backend, Heard, Outcome, Parcel, Report

PAGE = 100
AROUND = timedelta(minutes=10)
"""Messages are looked for so long before and after the moment of sending."""


class TencentBackend(Backend):
    """SendSms and PullSmsSendStatusByPhoneNumber; receipts and replies come back."""

    PACKAGE = "tencentcloud.sms"
    OPTIONS = (
        Option("app_id", _("SMS app ID")),
        Option("sign_name", pgettext_lazy("of short messages", "Signature")),
        Option("secret_id", _("Secret ID")),
        Option("secret_key", _("Secret key"), secret=True),
        Option("region", _("Region"), default="ap-guangzhou"),
        Option("endpoint", _("Endpoint"), default="sms.tencentcloudapi.com"),
    )
    needs_code = True
    TAKEN = {"result": 0, "errmsg": "OK"}

    def _call(self, verb: str, values: dict[str, Any]) -> dict[str, Any]:
        from tencentcloud.common import credential
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.sms.v20210111.sms_client import SmsClient

        protocol, _sep, endpoint = self.options["endpoint"].rpartition("://")
        profile = ClientProfile(
            httpProfile=HttpProfile(protocol=protocol or "https", endpoint=endpoint, reqTimeout=TIMEOUT_S)
        )
        keys = credential.Credential(self.options["secret_id"], self.options["secret_key"])
        return SmsClient(keys, self.options["region"], profile).call_json(verb, values)["Response"]

    def send(self, parcel: Parcel) -> Answer:
        try:
            answer = self._call(
                "SendSms",
                {
                    "PhoneNumberSet": [parcel.address],
                    "SmsSdkAppId": self.options["app_id"],
                    "SignName": self.options["sign_name"],
                    "TemplateId": parcel.code,
                    "TemplateParamSet": [value for _name, value in parcel.values],
                    "SessionContext": parcel.reference,
                },
            )
        except Exception as error:  # the package's own, and those of what it stands on
            return _judge(error)
        status = (answer.get("SendStatusSet") or [{}])[0]
        if status.get("Code") == "Ok":
            return Answer(Outcome.ACCEPTED, "", str(status.get("SerialNo", "")))
        return Answer(Outcome.REFUSED, f"{status.get('Code')}: {status.get('Message')}")

    def ask(self, parcel: Parcel) -> Answer:
        at = parcel.at or clock.now()
        try:
            answer = self._call(
                "PullSmsSendStatusByPhoneNumber",
                {
                    "BeginTime": int((at - AROUND).timestamp()),
                    "EndTime": int((at + AROUND).timestamp()),
                    "Offset": 0,
                    "Limit": PAGE,
                    "PhoneNumber": parcel.address,
                    "SmsSdkAppId": self.options["app_id"],
                },
            )
        except Exception as error:
            return Answer(Outcome.UNKNOWN, str(error)[:200])
        for row in answer.get("PullSmsSendStatusSet") or []:
            if row.get("SessionContext") == parcel.reference:
                arrived = row.get("ReportStatus") == "SUCCESS"
                outcome = Outcome.ACCEPTED if arrived else Outcome.REFUSED
                return Answer(outcome, str(row.get("Description", "")), str(row.get("SerialNo", "")))
        return Answer(Outcome.UNKNOWN)

    def reports(self, body: bytes) -> list[Report]:
        return [
            Report(
                reference="",
                provider_id=str(row.get("sid") or ""),
                delivered=row.get("report_status") == "SUCCESS",
                detail=str(row.get("errmsg") or ""),
                at=str(row.get("user_receive_time") or ""),
            )
            for row in wire.rows(body)
        ]

    def replies(self, body: bytes) -> list[Heard]:
        """They have no id of their own: number, time and words together are one."""
        return [
            Heard(
                hashlib.sha256(
                    json.dumps([row.get("mobile"), row.get("time"), row.get("text")]).encode()
                ).hexdigest(),
                str(row.get("mobile") or ""),
                str(row.get("text") or ""),
            )
            for row in wire.rows(body)
        ]


def _judge(error: Exception) -> Answer:
    """An error with a request id is the service's own answer; without one the call may have arrived."""
    code = str(getattr(error, "code", "") or "")
    if code and getattr(error, "requestId", None) and not code.startswith("InternalError"):
        return Answer(Outcome.REFUSED, f"{code}: {getattr(error, 'message', '')}"[:200])
    if "NewConnectionError" in str(error) or "Connection refused" in str(error):
        return Answer(Outcome.REFUSED, "connection refused")
    return Answer(Outcome.UNKNOWN, str(error)[:200])
