"""CSI arithmetic, from raw answers to the index. Pure: no database, exact decimals.

Item mean → dimension = weighted mean of its scored items → index = weighted mean of the
dimensions × 10 (0 to 100). A dimension weighs what its items weigh together. Yes/no items
are % yes, and enter the index only where the version says so (yes = 10, no = 0). Screening
items and texts never score. Source: domain description, scores.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

MIN_N = 5
"""Below this a figure is insufficient and is not ranked."""
Z95 = 1.959964
ZERO = Decimal(0)
SCORED = {"score", "yes_no"}
UNSCORED = {"screening", "suggestion", "recommendation"}


@dataclass(frozen=True)
class Item:
    """One question as the arithmetic sees it."""

    code: str
    dimension: str
    kind: str
    weight: Decimal
    in_index: bool

    @property
    def is_scored(self) -> bool:
        """Whether it enters the index."""
        return self.weight > 0 and self.in_index and self.kind in SCORED and self.dimension not in UNSCORED


@dataclass
class Tally:
    """Running sums of one item: ``n``, sum and sum of squares of its values on the 0–10 scale.

    ``high`` and ``low`` count the values from 9 and up to 6.
    """

    n: int = 0
    total: int = 0
    squares: int = 0
    high: int = 0
    low: int = 0

    def add(self, value: int, times: int = 1) -> None:
        """Count ``value`` (1–10, or 10 and 0 for yes and no) ``times`` over."""
        self.n += times
        self.total += value * times
        self.squares += value * value * times
        self.high += times if value >= 9 else 0
        self.low += times if value <= 6 else 0

    @property
    def mean(self) -> Decimal | None:
        """The item's mean, or None without answers."""
        return Decimal(self.total) / self.n if self.n else None

    @property
    def variance(self) -> float:
        """Of the answers, with n − 1; 0 for fewer than two."""
        return (self.squares - self.total**2 / self.n) / (self.n - 1) if self.n > 1 else 0.0


def significantly_below(part: Tally, whole: Tally) -> bool:
    """Whether the part's mean lies below the whole's by more than chance (z of the two means, 95 %, two-
    sided).

    Never with fewer than five answers.
    """
    if part.n < MIN_N or whole.n < MIN_N or part.mean is None or whole.mean is None:
        return False
    spread = math.sqrt(part.variance / part.n + whole.variance / whole.n)
    gap = float(whole.mean - part.mean)
    return gap > Z95 * spread if spread else gap > 0


@dataclass(frozen=True)
class Figure:
    """A result: ``value``, the number of responses, and the half-width of its 95 % interval."""

    value: Decimal | None
    n: int
    half_width: Decimal | None = None

    @property
    def is_sufficient(self) -> bool:
        """Enough responses to be ranked."""
        return self.n >= MIN_N and self.value is not None

    @property
    def low(self) -> Decimal | None:
        """Lower end of the interval, not below 0."""
        return (
            max(ZERO, self.value - self.half_width)
            if self.value is not None and self.half_width is not None
            else None
        )

    @property
    def high(self) -> Decimal | None:
        """Upper end of the interval, not above 100."""
        if self.value is None or self.half_width is None:
            return None
        return min(Decimal(100), self.value + self.half_width)


@dataclass
class Sheet:
    """Answers of one group (an advisor, a store) and the figures computed from them."""

    items: dict[str, Item]
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    responses: int = 0

    def add(self, code: str, value: int, times: int = 1) -> None:
        """Count one answer's value on the 0–10 scale."""
        self.tallies[code].add(value, times)

    def put(self, code: str, n: int, total: int, squares: int) -> None:
        """Take over an item's sums."""
        self.tallies[code] = Tally(n, total, squares)

    def item_mean(self, code: str) -> Decimal | None:
        """Mean of one item on the 1–10 scale (yes/no: 0–10, so × 10 is % yes)."""
        return self.tallies[code].mean if code in self.tallies else None

    def dimension(self, name: str) -> Decimal | None:
        """Weighted mean of the dimension's scored items, on the 0–10 scale."""
        return _weighted((self.items[c].weight, self.item_mean(c)) for c in self._scored(name))

    def dimensions(self) -> dict[str, Decimal]:
        """``{dimension: mean}`` of those with answers, in the questionnaire's order."""
        names = dict.fromkeys(i.dimension for i in self.items.values() if i.is_scored)
        return {name: mean for name in names if (mean := self.dimension(name)) is not None}

    @property
    def index(self) -> Figure:
        """The index, 0 to 100, with its interval.

        The interval takes the items as independent: its variance is the sum of the items'
        variances of the mean, each by the square of its share in the index.
        """
        means = self.dimensions()
        if not means:
            return Figure(None, self.responses)
        weights = {name: sum((self.items[c].weight for c in self._scored(name)), ZERO) for name in means}
        total = sum(weights.values(), ZERO)
        value = sum((weights[name] * mean for name, mean in means.items()), ZERO) / total * 10
        return Figure(value, self.responses, self._half_width(weights, total))

    def _half_width(self, weights: dict[str, Decimal], total: Decimal) -> Decimal | None:
        variance = 0.0
        for name in weights:
            answered = [c for c in self._scored(name) if self.tallies[c].n]
            inside = sum(self.items[c].weight for c in answered)
            for code in answered:
                tally = self.tallies[code]
                if tally.n < 2:
                    return None
                share = float(weights[name] / total * self.items[code].weight / inside) * 10
                variance += share**2 * tally.variance / tally.n
        return Decimal(repr(Z95 * math.sqrt(max(variance, 0.0))))

    def percent_yes(self, code: str) -> Figure:
        """Share of "yes" of a yes/no item, 0 to 100."""
        tally = self.tallies[code] if code in self.tallies else Tally()
        return Figure(tally.mean * 10 if tally.mean is not None else None, tally.n)

    @property
    def together(self) -> Tally:
        """All scored answers in one: what two groups are compared by."""
        whole = Tally()
        for code, tally in self.tallies.items():
            if code in self.items and self.items[code].is_scored:
                whole.n += tally.n
                whole.total += tally.total
                whole.squares += tally.squares
        return whole

    def promoters(self, code: str) -> Figure:
        """The net promoter score of an item from 0 to 10: % from 9 less % up to 6, −100 to 100."""
        tally = self.tallies[code] if code in self.tallies else Tally()
        return Figure(Decimal(100 * (tally.high - tally.low)) / tally.n if tally.n else None, tally.n)

    def lost_points(self) -> list[tuple[str, Decimal]]:
        """How many points each scored item costs the index, most first.

        Together they are 100 less the index.
        """
        means = self.dimensions()
        weights = {name: sum((self.items[c].weight for c in self._scored(name)), ZERO) for name in means}
        total = sum(weights.values(), ZERO)
        lost = []
        for name in means:
            answered = [(c, mean) for c in self._scored(name) if (mean := self.item_mean(c)) is not None]
            inside = sum((self.items[c].weight for c, _mean in answered), ZERO)
            lost += [
                (code, weights[name] / total * self.items[code].weight / inside * (10 - mean) * 10)
                for code, mean in answered
            ]
        return sorted(lost, key=lambda pair: (-pair[1], pair[0]))

    def weak_items(self, target: Decimal) -> list[tuple[str, Decimal]]:
        """Scored items whose mean × 10 is below ``target``, weakest first."""
        below = [
            (code, mean * 10)
            for code, item in self.items.items()
            if item.is_scored and (mean := self.item_mean(code)) is not None and mean * 10 < target
        ]
        return sorted(below, key=lambda pair: (pair[1], pair[0]))

    def _scored(self, dimension: str) -> list[str]:
        return [c for c, item in self.items.items() if item.is_scored and item.dimension == dimension]


def _weighted(pairs: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    known = [(weight, mean) for weight, mean in pairs if mean is not None]
    total = sum((weight for weight, _mean in known), ZERO)
    return sum((weight * mean for weight, mean in known), ZERO) / total if total else None


def shown(value: Decimal | None) -> Decimal | None:
    """A figure as it is shown: one decimal, half up."""
    return None if value is None else rounded(value)


def rounded(value: Decimal) -> Decimal:
    """One decimal, half up."""
    return value.quantize(Decimal("0.1"), rounding="ROUND_HALF_UP")
