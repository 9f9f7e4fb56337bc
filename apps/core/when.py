"""Dates and spans as people say them, in the active language and the active (store's) zone."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

WEEKDAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)


def day_words(day: date, today: date) -> str:
    """``today``, ``tomorrow``, a weekday within last, this or next week, else the date."""
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get((day - today).days)
    if near:
        return near
    monday = today - timedelta(days=today.weekday())
    weekday = WEEKDAYS[day.weekday()]
    match (day - monday).days // 7:
        case 0:
            return str(weekday)
        case 1:
            return _("next %(weekday)s") % {"weekday": weekday}
        case -1:
            return _("last %(weekday)s") % {"weekday": weekday}
    if day.year == today.year:
        return date_format(day, pgettext("date format within this year", "j M"))
    return date_format(day, pgettext("date format of another year", "j M Y"))


def words(value: datetime | date, now: datetime) -> str:
    """``today 14:30`` for a moment, ``today`` for a day."""
    today = timezone.localdate(now)
    if not isinstance(value, datetime):
        return day_words(value, today)
    local = timezone.localtime(value)
    return f"{day_words(local.date(), today)} {local:%H:%M}"


def exact(value: datetime | date) -> str:
    """The full date (and second) for the hover text, ISO order."""
    if not isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


def span(delta: timedelta) -> str:
    """A length of time by its two largest units: ``2 days 3 h``, ``1 h 20 min``, ``5 min``.

    The sign is dropped; less than a minute is 0 min.
    """
    minutes = int(abs(delta).total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = []
    if days:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        parts.append(_("%(n)d h") % {"n": hours})
    if not days and (minutes or not hours):
        parts.append(_("%(n)d min") % {"n": minutes})
    return " ".join(parts)
