"""Codes to scan."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET_ZONE = 4


def qr(text: str) -> SafeString:
    """A QR code of ``text`` as inline SVG, dark on light whatever the theme, without style attributes."""
    drawn = segno.make(text, error="m").svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return mark_safe(drawn)  # drawn by the library: paths only, nothing of the text
