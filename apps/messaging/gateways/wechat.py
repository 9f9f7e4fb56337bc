"""A WeChat service account: template messages to its followers.

``client_msg_id`` carries our reference, so the same message is not shown twice. There is no query: what
became of a message comes back as an event, or not at all.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from apps.core import wire
from apps.core.registry import Option
from apps.core.wire import Malformed
from apps.messaging.gateways.base import Answer, Backend, Outcome, Parcel, Report

TOKEN_ENDED = {40001, 40014, 42001}
SHORT = 20
"""A keyword of the sort ``thing`` takes so many characters."""
QR_DAYS = 7


@dataclass(frozen=True)
class Happening:
    """An event or a text of a follower, as the account tells it."""

    event: str
    follower: str
    scene: str = ""
    text: str = ""
    message_id: str = ""
    status: str = ""
    at: str = ""


class _Plain(ElementTree.TreeBuilder):
    """No declarations, so no entities that grow."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise Malformed("declarations are not taken")


class WechatBackend(Backend):
    """message/template/send with a cached access token."""

    OPTIONS = (
        Option("app_id", _("App ID")),
        Option("app_secret", _("App secret"), secret=True),
        Option("token", _("Callback token"), secret=True, hint=_("The same as in the account's settings.")),
        Option("endpoint", _("Endpoint"), default="https://api.weixin.qq.com"),
    )
    needs_code = True

    def _token(self, *, fresh: bool = False) -> str:
        key = f"wechat-token:{self.options['app_id']}"
        known = None if fresh else cache.get(key)
        if known:
            return str(known)
        asked = {
            "grant_type": "client_credential",
            "appid": self.options["app_id"],
            "secret": self.options["app_secret"],
        }
        body = wire.call("GET", f"{self.options['endpoint']}/cgi-bin/token?{urlencode(asked)}").body
        token = str(body.get("access_token", ""))
        if not token:
            # Without a token nothing was sent, whatever happens.
            raise wire.NeverArrived(f"{body.get('errcode')}: {body.get('errmsg')}")
        cache.set(key, token, max(60, int(body.get("expires_in", 7200)) - 300))
        return token

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One call; with a new token once more when the old one has ended."""
        for fresh in (False, True):
            query = urlencode({"access_token": self._fetched(fresh)})
            reply = wire.call("POST", f"{self.options['endpoint']}{path}?{query}", json_body=body)
            if reply.status != 200 or ("errcode" not in reply.body and "ticket" not in reply.body):
                raise wire.NoAnswer(f"HTTP {reply.status}")
            if reply.body.get("errcode", 0) not in TOKEN_ENDED:
                break
        return reply.body

    def _fetched(self, fresh: bool) -> str:
        try:
            return self._token(fresh=fresh)
        except wire.NoAnswer as error:  # no token, so nothing can have been sent
            raise wire.NeverArrived(str(error)) from error

    def send(self, parcel: Parcel) -> Answer:
        body = {
            "touser": parcel.address,
            "template_id": parcel.code,
            "client_msg_id": parcel.reference,
            "data": {
                name: {"value": value[:SHORT] if name.startswith("thing") else value}
                for name, value in parcel.values
            },
        }
        try:
            answer = self._post("/cgi-bin/message/template/send", body)
        except wire.NeverArrived as error:
            return Answer(Outcome.REFUSED, str(error))
        except wire.NoAnswer as error:
            return Answer(Outcome.UNKNOWN, str(error))
        if answer.get("errcode") == 0:
            return Answer(Outcome.ACCEPTED, "", str(answer.get("msgid", "")))
        return Answer(Outcome.REFUSED, f"{answer.get('errcode')}: {answer.get('errmsg')}")

    def ask(self, parcel: Parcel) -> Answer:
        return Answer(Outcome.UNKNOWN)

    def picture_address(self, scene: str) -> str:
        """What a QR code must say to make its reader a follower under ``scene``. Raises wire errors."""
        body = {
            "expire_seconds": QR_DAYS * 86400,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        answer = self._post("/cgi-bin/qrcode/create", body)
        if not answer.get("url"):
            raise wire.NeverArrived(f"{answer.get('errcode')}: {answer.get('errmsg')}")
        return str(answer["url"])

    def is_theirs(self, signature: str, timestamp: str, nonce: str) -> bool:
        """Whether a callback was signed with our token."""
        joined = "".join(sorted([self.options["token"], timestamp, nonce]))
        return hmac.compare_digest(hashlib.sha1(joined.encode()).hexdigest(), signature)

    @staticmethod
    def happening(body: bytes) -> Happening:
        """What a callback tells. Raises Malformed."""
        parser = ElementTree.XMLParser(target=_Plain())
        try:
            parser.feed(body)
            root = parser.close()
        except ElementTree.ParseError as error:
            raise Malformed(str(error)) from error
        told = {child.tag: (child.text or "").strip() for child in root}
        is_event = told.get("MsgType") == "event"
        return Happening(
            event=told.get("Event", "").lower() if is_event else told.get("MsgType", ""),
            follower=told.get("FromUserName", ""),
            scene=told.get("EventKey", "").removeprefix("qrscene_"),
            text=told.get("Content", ""),
            message_id=told.get("MsgID") or told.get("MsgId") or "",
            status=told.get("Status", ""),
            at=told.get("CreateTime", ""),
        )

    @staticmethod
    def report(told: Happening) -> Report:
        """The receipt in a finished template message."""
        return Report("", told.message_id, told.status == "success", told.status, told.at)
