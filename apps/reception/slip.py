"""The reception slip: what the customer signs, as canonical JSON with its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from apps.reception.models import Damage, Visit, WalkAround

TEMPLATE_VERSION = "slip-1"


def content_of(visit: Visit, walk: WalkAround, damages: Iterable[Damage]) -> dict[str, Any]:
    """What is signed: impersonal codes and numbers, so that it means the same in each language."""
    return {
        "template": TEMPLATE_VERSION,
        "visit": visit.number,
        "vin": visit.vehicle.vin,
        "plate": visit.vehicle.plate,
        "arrived_at": visit.arrived_at.isoformat(),
        "waits_here": visit.waits_here,
        "odometer_km": walk.odometer_km,
        "energy_percent": walk.energy_percent,
        "warning_lamps": sorted(walk.warning_lamps),
        "accessories": sorted(walk.accessories),
        "checks": walk.checks,
        "tyre_mm": walk.tyre_mm,
        "belongings": walk.belongings,
        "remarks": walk.remarks,
        "valuables_reminded": walk.valuables_reminded,
        "covers_fitted": walk.covers_fitted,
        "companion": walk.companion,
        "damages": [
            {
                "zone": d.zone,
                "kind": d.kind,
                "x": d.x,
                "y": d.y,
                "note": d.note,
                "earlier": d.is_carried,
                "photo_sha256": d.photo.sha256 if d.photo else "",
            }
            for d in damages
        ],
        "signature_sha256": walk.signature.sha256 if walk.signature else "",
        "signed_name": walk.signed_name,
    }


def digest(content: dict[str, Any]) -> str:
    """SHA-256 over the canonical form: sorted keys, no blanks, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
