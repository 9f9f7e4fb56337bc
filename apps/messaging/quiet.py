"""Quiet hours: nobody is disturbed between 21:00 and 08:00 of the store's day."""

from datetime import datetime, time, timedelta

from django.utils import timezone

STARTS = time(21, 0)
ENDS = time(8, 0)


def is_quiet(moment: datetime) -> bool:
    """Whether ``moment`` lies in quiet hours of the active zone. 21:00 does, 08:00 does not."""
    local = timezone.localtime(moment).time()
    return local >= STARTS or local < ENDS


def permitted(moment: datetime, *, now: datetime, before: datetime | None = None) -> datetime | None:
    """When a message meant for ``moment`` may go, or None when it cannot go any more.

    Outside quiet hours: at ``moment`` itself. Inside: the last permitted minute before them,
    or, when that is past, their end if it still comes before ``before`` (the arrival).
    """
    if not is_quiet(moment):
        return moment
    local = timezone.localtime(moment)
    evening = local.date() if local.time() >= STARTS else local.date() - timedelta(days=1)
    last = timezone.make_aware(datetime.combine(evening, STARTS)) - timedelta(minutes=1)
    if last >= now:
        return last
    first = timezone.make_aware(datetime.combine(evening + timedelta(days=1), ENDS))
    return first if before is None or first < before else None
