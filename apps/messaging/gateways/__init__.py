"""Ways to the customer's phone."""

from __future__ import annotations

from importlib.util import find_spec

from django.utils.translation import gettext_lazy as _

from apps.messaging.gateways.alibaba import AlibabaBackend
from apps.messaging.gateways.base import Answer, Backend, Outcome, Parcel
from apps.messaging.gateways.file import FileBackend
from apps.messaging.gateways.http import HttpBackend
from apps.messaging.gateways.tencent import TencentBackend
from apps.messaging.gateways.wechat import WechatBackend

__all__ = ["PROVIDERS", "Answer", "Backend", "FileBackend", "Outcome", "Parcel", "is_installed"]

PROVIDERS: dict[str, type[Backend]] = {
    "http": HttpBackend,
    "alibaba": AlibabaBackend,
    "tencent": TencentBackend,
    "wechat": WechatBackend,
}
NAMES = (
    ("http", _("HTTP gateway")),
    ("alibaba", _("Alibaba Cloud SMS")),
    ("tencent", _("Tencent Cloud SMS")),
    ("wechat", _("WeChat service account")),
)


def is_installed(provider: str) -> bool:
    """Whether the optional package that ``provider`` needs is there."""
    package = PROVIDERS[provider].PACKAGE
    try:
        return not package or find_spec(package) is not None
    except ModuleNotFoundError:
        return False
