"""The order form on paper (任务委托书): five parts from one frozen version."""

from __future__ import annotations

import base64
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from apps.desk.models import File
from apps.workorders.document import shown
from apps.workorders.models import OrderVersion


def context(version_id: int) -> dict[str, Any]:
    """What the order form prints. Three queries."""
    version = OrderVersion.objects.select_related("order__store", "authorisation__signature").get(
        pk=version_id
    )
    consent = getattr(version, "authorisation", None)
    document = shown(version.content)
    refused = set(consent.declined) if consent else set()
    declined = sum(
        (Decimal(line["amount"]) for line in document["lines"] if line["id"] in refused), Decimal(0)
    )
    signature = consent.signature if consent else None
    return {
        "store": SimpleNamespace(**version.content["store"]),
        "version": version,
        "document": document,
        "refused": refused,
        "declined_total": declined,
        "ordered_total": Decimal(document["totals"]["total"]) - declined,
        "consent": consent,
        "signature": _embedded(signature) if signature else "",
    }


def _embedded(file: File) -> str:
    """A picture as a data address: documents fetch nothing."""
    return f"data:{file.mime};base64,{base64.b64encode(file.read()).decode()}"


def file_name(printed: dict[str, Any]) -> str:
    """``WO-HZ01-261124-007-v2.pdf``."""
    return f"{printed['document']['number']}-v{printed['version'].number}.pdf"


def attach(version_id: int, file: File) -> None:
    """The signed order's PDF belongs to its version."""
    OrderVersion.objects.filter(pk=version_id, pdf=None).update(pdf=file)
