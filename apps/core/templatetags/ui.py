"""Tags and filters that draw the product's signs. The component sheet (/styleguide/) shows each one.

None of them queries the database.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from apps.core import clock, phones, plates
from apps.core import money as money_type
from apps.core import when as spoken
from apps.core.templatetags import fields, panels

register = template.Library()
register.simple_tag(fields.field)
register.simple_tag(fields.form_errors)
register.simple_tag(panels.draw_panel, takes_context=True)

NOTHING = mark_safe('<span class="muted">–</span>')
TONES = ("wait", "work", "block", "late", "ready")

STAGES = {
    "waiting": ("wait", "clock", pgettext_lazy("stage", "waiting")),
    "reception": ("work", "clipboard-text", pgettext_lazy("stage", "in reception")),
    "repair": ("work", "tool", pgettext_lazy("stage", "in repair")),
    "approval": ("block", "user-question", pgettext_lazy("stage", "waiting for approval")),
    "parts": ("block", "package", pgettext_lazy("stage", "waiting for parts")),
    "quality": ("work", "checkup-list", pgettext_lazy("stage", "quality check")),
    "wash": ("work", "wash", pgettext_lazy("stage", "wash")),
    "ready": ("ready", "circle-check", pgettext_lazy("stage", "ready")),
    "late": ("late", "alert-triangle", pgettext_lazy("stage", "late")),
}
ALIASES = {
    "in_reception": "reception",
    "in_repair": "repair",
    "waiting_approval": "approval",
    "waiting_parts": "parts",
    "waiting_for_approval": "approval",
    "waiting_for_parts": "parts",
    "quality_check": "quality",
    "qc": "quality",
}

PLATE_COLOURS = {
    "ordinary": "blue",
    "new_energy": "green",
    "police": "white",
    "armed_police": "white",
    "trailer": "yellow",
    "learner": "yellow",
    "coach": "yellow",
    "yellow": "yellow",
    "hk_macau": "black",
    "embassy": "black",
    "consulate": "black",
}


@lru_cache(maxsize=512)
def _icon_body(name: str) -> str:
    """The inside of a Tabler icon; ``filled/name`` for the filled set. Raises on unknown names."""
    style, _slash, base = name.rpartition("/")
    path = settings.ICON_DIR / (style or "outline") / f"{base}.svg"
    if not re.fullmatch(r"(filled/|outline/)?[a-z0-9-]+", name) or not path.is_file():
        raise template.TemplateSyntaxError(f"There is no icon “{name}” in {settings.ICON_DIR.name}.")
    drawing = path.read_text(encoding="utf-8").partition(">")[2].rpartition("</svg>")[0]
    drawing = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", drawing)
    return re.sub(r"\s+", " ", drawing).strip()


@register.simple_tag
def icon(name: str, extra: str = "", label: Any = "") -> SafeString:
    """``{% icon "car" %}``: an inline SVG of 1.25 em, hidden from readers unless ``label`` names it."""
    return _drawn_icon(name, extra, str(label))


@lru_cache(maxsize=1024)
def _drawn_icon(name: str, extra: str, label: str) -> SafeString:
    paint = (
        'fill="currentColor"'
        if name.startswith("filled/")
        else 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    )
    spoken_as = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}{}" viewBox="0 0 24 24" {} {} focusable="false">{}</svg>',
        " " if extra else "",
        extra,
        mark_safe(paint),
        spoken_as,
        mark_safe(_icon_body(name)),
    )


@register.simple_tag
def plate(text: str | None, kind: str | None = None, size: str = "", masked: bool = False) -> SafeString:
    """A number plate drawn as a plate.

    ``kind`` overrides what the number tells ("yellow" for large vehicles); ``size`` is "", "sm",
    "lg" or "xl". A vehicle without a plate yet shows so.
    """
    if not text:
        return format_html('<span class="plate plate-none">{}</span>', _("no plate"))
    number = plates.normalise(text)
    shown = plates.mask(number) if masked else plates.display(number)
    colour = PLATE_COLOURS.get(str(kind or plates.kind(number) or ""), "plain")
    area, dot, serial = shown.partition("·")
    if not dot:
        area, serial = "", shown
    # The sign at the end (police, trailer, …) is painted in its own colour.
    tail = serial[-1] if serial and not serial[-1].isascii() else ""
    return format_html(
        '<span class="plate plate-{}{}"><span class="plate-in">{}{}<span>{}</span>{}</span></span>',
        colour,
        f" plate-{size}" if size else "",
        area,
        mark_safe('<i class="plate-dot">·</i>') if dot else "",
        serial[: len(serial) - len(tail)],
        format_html('<b class="plate-sign">{}</b>', tail) if tail else "",
    )


@register.simple_tag
def badge(label: Any, tone: str = "wait", icon_name: str = "", size: str = "") -> SafeString:
    """A badge in one of the five tones; a mark or an icon stands beside the colour."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"Unknown tone “{tone}”; there are {', '.join(TONES)}.")
    sign = icon(icon_name) if icon_name else mark_safe('<i class="tone-dot"></i>')
    return format_html(
        '<span class="badge badge-{}{}">{}{}</span>', tone, f" badge-{size}" if size else "", sign, label
    )


@register.simple_tag
def stage(code: Any, label: Any = "", size: str = "") -> SafeString:
    """The vehicle's stage in the house, one of ``STAGES``; ``label`` replaces the usual words."""
    key = ALIASES.get(str(code), str(code))
    if key not in STAGES:
        raise template.TemplateSyntaxError(f"Unknown stage “{code}”; there are {', '.join(STAGES)}.")
    tone, icon_name, own_label = STAGES[key]
    return badge(label or own_label, tone, icon_name, size)


@register.filter
def money(amount: Decimal | int | None) -> SafeString:
    """``¥1,234.50`` with a small sign; a true minus before negatives; a dash for None."""
    if amount is None or amount == "":
        return NOTHING
    value = Decimal(amount)
    return format_html(
        '<span class="money{}">{}<span class="cny">¥</span>{}</span>',
        " neg" if value < 0 else "",
        "−" if value < 0 else "",
        money_type.display(abs(value)),
    )


@register.filter
def when(value: datetime | date | None) -> SafeString:
    """``today 14:30`` in a ``<time>`` whose title is the exact moment; a dash for None."""
    if not value:
        return NOTHING
    return format_html(
        '<time class="when" datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        spoken.exact(value),
        spoken.words(value, clock.now()),
    )


@register.simple_tag
def wall_clock() -> SafeString:
    """The business time now, kept ticking by the page (demo offset included)."""
    now = timezone.localtime(clock.now())
    return format_html(
        '<time class="wall-clock num" data-clock="{}">{}</time>', now.isoformat(), f"{now:%H:%M}"
    )


@register.filter
def span(value: timedelta | int | None) -> str:
    """A timedelta, or a number of minutes, as ``1 h 20 min``."""
    if value is None or value == "":
        return NOTHING
    return spoken.span(value if isinstance(value, timedelta) else timedelta(minutes=int(value)))


@register.simple_tag
def promised(
    promised_at: datetime | None,
    done_at: datetime | None = None,
    expected_at: datetime | None = None,
    risk_minutes: int = 30,
) -> SafeString:
    """The promised time and what is left of it: on time, at risk, late, or how it ended.

    At risk: less than ``risk_minutes`` left, or ``expected_at`` lies after the promise.
    """
    if not promised_at:
        return NOTHING
    now = clock.now()
    left = promised_at - (done_at or now)
    length = {"span": spoken.span(left)}
    if done_at:
        tone, sign, text = (
            ("late", "alert-triangle", _("%(span)s late") % length)
            if left < timedelta()
            else ("ready", "check", _("on time"))
        )
    elif left < timedelta():
        tone, sign, text = "late", "alert-triangle", _("%(span)s late") % length
    elif expected_at and expected_at > promised_at:
        tone, sign = "block", "clock-exclamation"
        same_day = timezone.localdate(expected_at) == timezone.localdate(promised_at)
        at = f"{timezone.localtime(expected_at):%H:%M}" if same_day else spoken.words(expected_at, now)
        text = _("expected %(time)s") % {"time": at}
    elif left <= timedelta(minutes=risk_minutes):
        tone, sign, text = "block", "clock-exclamation", _("%(span)s left") % length
    else:
        tone, sign, text = "", "", _("%(span)s left") % length
    return format_html(
        '<span class="promised{}">{}<span class="left">{}{}</span></span>',
        f" promised-{tone}" if tone else "",
        when(promised_at),
        icon(sign) if sign else "",
        text,
    )


@register.filter
def plate_text(text: str) -> SafeString:
    """A plate in running text; where room is scarce, styles leave its place out."""
    number = plates.normalise(text)
    area, dot, serial = plates.display(number).partition("·") if plates.kind(number) else ("", "", text)
    return format_html('<span class="plate-place">{}{}</span>{}', area, dot, serial)


@register.filter
def phone(value: str | None) -> SafeString:
    """A telephone number as people read it, to press on a phone; a dash when there is none."""
    if not value:
        return NOTHING
    return format_html('<a class="num phone" href="tel:{}">{}</a>', value, phones.display(value))


@register.filter
def masked_phone(value: str | None) -> SafeString:
    """``138****5678`` for those who need not know the number."""
    if not value:
        return NOTHING
    return format_html('<span class="num">{}</span>', phones.mask(value))


@register.simple_tag
def avatar(name: Any, size: str = "") -> SafeString:
    """A person by the last two characters of a Chinese name or the initials of a Latin one."""
    text = str(name or "").strip()
    initials = "".join(word[0] for word in text.split()[:2]).upper() or "?"
    short = initials if text.isascii() else text[-2:]
    tint = sum(text.encode()) % 6 + 1
    return format_html(
        '<span class="face face-{}{}" aria-hidden="true">{}</span>',
        tint,
        f" face-{size}" if size else "",
        short,
    )


@register.simple_tag
def meter(value: float, maximum: float = 100, tone: str = "", label: Any = "") -> SafeString:
    """A bar of ``value`` out of ``maximum``; ``label`` is what a screen reader says."""
    return format_html(
        '<progress class="meter{}" value="{}" max="{}" aria-label="{}">{}</progress>',
        f" meter-{tone}" if tone else "",
        f"{float(value):g}",
        f"{float(maximum) or 1:g}",
        label or _("proportion"),
        f"{float(value):g}",
    )


@register.simple_tag
def sparkline(values: list[float], label: Any = "") -> SafeString:
    """A line of the last few figures, 96 × 24; needs two or more."""
    numbers = [float(v) for v in values]
    if len(numbers) < 2:
        return NOTHING
    low, high = min(numbers), max(numbers)
    scale = (high - low) or 1
    points = [
        f"{2 + 92 * i / (len(numbers) - 1):.1f},{21 - 18 * (v - low) / scale:.1f}"
        for i, v in enumerate(numbers)
    ]
    end_x, end_y = points[-1].split(",")
    return format_html(
        '<svg class="spark" viewBox="0 0 96 24" role="img" aria-label="{}">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        label or " ".join(f"{v:g}" for v in numbers),
        " ".join(points),
        end_x,
        end_y,
    )


@register.simple_tag
def empty(
    icon_name: str, title: Any, text: Any = "", action_url: str = "", action_label: Any = "", key: str = ""
) -> SafeString:
    """An empty state: what would stand here and what to do first."""
    return render_to_string(
        "components/empty.html",
        {
            "icon_name": icon_name,
            "title": title,
            "text": text,
            "action_url": action_url,
            "action_label": action_label,
            "key": key,
        },
    )


@register.simple_tag(takes_context=True)
def pager(context: template.Context, page: Any) -> SafeString:
    """Previous and next of a keyset page, filters kept.

    ``page`` (object or dict) has ``previous`` and ``next`` (cursor texts or None) and optionally
    ``total`` (int) and ``capped`` (the total is "more than"). The links carry ``?before=`` / ``?after=``.
    """
    get = page.get if isinstance(page, dict) else lambda name: getattr(page, name, None)
    query = context["request"].GET.copy()

    def link(name: str, cursor: str | None) -> str:
        fresh = query.copy()
        for key in ("after", "before", "cursor", "page"):
            fresh.pop(key, None)
        if not cursor:
            return ""
        fresh[name] = cursor
        return f"?{fresh.urlencode()}"

    return render_to_string(
        "components/pager.html",
        {
            "previous_url": link("before", get("previous")),
            "next_url": link("after", get("next")),
            "total": get("total"),
            "capped": get("capped"),
        },
    )
