"""Running numbers that people read out on the phone."""

from __future__ import annotations

from datetime import date

from django.db import connection, models

from apps.accounts.models import Store
from apps.core import clock


class NumberSeries(models.Model):
    """The last number given out per store, series and day."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    series = models.CharField(max_length=10)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "series", "day"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.day}"

    @classmethod
    def draw(cls, store: Store, series: str, day: date | None = None) -> str:
        """The next number, such as ``WO-HZ01-261124-007``. One statement.

        The row stays locked until the caller's transaction ends, so numbers have no gaps.
        """
        day = day or clock.today()
        table = connection.ops.quote_name(cls._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} AS row (store_id, series, day, last) VALUES (%s, %s, %s, 1) "
                "ON CONFLICT (store_id, series, day) DO UPDATE SET last = row.last + 1 RETURNING last",
                [store.pk, series, day],
            )
            (number,) = cursor.fetchone()
        return f"{series}-{store.code.upper()}-{day:%y%m%d}-{number:03d}"
