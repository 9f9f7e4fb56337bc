"""What the numbers of a batch want, and what they have had today: looked up once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from apps.accounts.models import Setting
from apps.customers.models import Customer
from apps.messaging.models import Message, Reply

DAY = timedelta(hours=24)
PER_DAY = "messaging.per_day"


class Courtesy:
    """For messages that nobody asked for; answers to the customer's own act always go.

    Three queries a batch and group, and one a store for its limit.
    """

    def __init__(self, messages: Sequence[Message], now: datetime) -> None:
        self._refused: set[tuple[int, str]] = set()
        self._went: defaultdict[tuple[int, str], list[datetime]] = defaultdict(list)
        self._most = cache(lambda store_id: Setting.value_of(PER_DAY, store_id))
        phones: defaultdict[int, set[str]] = defaultdict(set)
        for message in messages:
            if message.phone and not message.answers_customer:
                phones[message.store.group_id].add(message.phone)
        mine = [message.pk for message in messages]
        for group, numbers in phones.items():
            self._look_up(group, list(numbers), mine, now)

    def _look_up(self, group: int, numbers: list[str], mine: list[int], now: datetime) -> None:
        on_file: defaultdict[str, list[bool]] = defaultdict(list)
        people = Customer.objects.with_phone(*numbers).filter(group=group)
        for phone, wants in people.values_list("phone", "accepts_messages"):
            on_file[phone].append(wants)
        self._refused |= {(group, phone) for phone, wants in on_file.items() if not all(wants)}
        said = Reply.objects.filter(phone__in=numbers, store__group=group, outcome=Reply.Outcome.OPT_OUT)
        # A file knows best; without one the reply counts.
        self._refused |= {(group, p) for p in said.values_list("phone", flat=True) if p not in on_file}
        went = Message.objects.went_to(numbers, now - DAY).filter(store__group=group).exclude(pk__in=mine)
        for phone, tried_at in went.values_list("phone", "tried_at"):
            if tried_at is not None:  # the filter says so
                self._went[group, phone].append(tried_at)

    def is_unwelcome(self, message: Message) -> bool:
        """Whether the number wants no messages: by its file, or, on no file, by its reply."""
        return not message.answers_customer and (message.store.group_id, message.phone) in self._refused

    def enough_until(self, message: Message, now: datetime) -> datetime | None:
        """When the number may get one more that nobody there asked for; None when it may now."""
        if message.answers_customer:
            return None
        most = self._most(message.store_id)
        times = [t for t in self._went[message.store.group_id, message.phone] if t > now - DAY]
        return times[-most] + DAY if len(times) >= most else None

    def note(self, message: Message, now: datetime) -> None:
        """One more has gone, or may have."""
        if not message.answers_customer:
            self._went[message.store.group_id, message.phone].append(now)
