"""The sales department's list for tomorrow: each row is judged as the form would be, then planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.accounts.models import Store, User
from apps.catalog.models import VehicleModel
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.widths import half_width
from apps.customers.models import Customer
from apps.handover import planning, services
from apps.handover.forms import PlanForm, VinForm
from apps.handover.models import Handover
from apps.handover.texts.headings import COMPANY, HEADINGS, NO

MOST = 300
NEEDED = ("vin", "name", "phone", "sales_consultant", "planned_at")
LABELS = {
    "vin": _lazy("VIN"),
    "model": _lazy("Model"),
    "colour": _lazy("Colour"),
    "plate": _lazy("Plate"),
    "name": _lazy("Customer"),
    "phone": _lazy("Phone"),
    "sales_consultant": _lazy("Sales consultant"),
    "advisor": _lazy("Dedicated advisor"),
    "invoiced_on": _lazy("Invoice date"),
    "planned_at": _lazy("Handover at"),
    "is_statutory": _lazy("3 guarantees"),
    "kind": _lazy("Kind"),
}
"""How the columns are called in the reader's language; a list may use these or ``HEADINGS``."""
MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H", "%m-%d %H:%M")


@dataclass
class Row:
    """One car of the list: the two forms of the page, bound; ``errors`` are sentences."""

    number: int
    cells: list[str]
    values: dict[str, str]
    vin_form: VinForm
    form: PlanForm | None = None
    errors: list[str] = field(default_factory=list)
    handover: Handover | None = None
    is_there: bool = False
    """Planned already: the list may be given twice."""

    @property
    def is_good(self) -> bool:
        """Can be planned."""
        return not self.errors and not self.is_there


def columns(heading: list[str]) -> dict[str, int]:
    """``{field: place}`` of the first row. Raises ValidationError naming the columns that are missing."""
    names = [half_width(cell).strip().lower().rstrip("*:") for cell in heading]
    found = {}
    for key, words in HEADINGS.items():
        known = (*words, str(LABELS[key]).lower())
        found[key] = next((names.index(word) for word in known if word in names), -1)
    if missing := [str(LABELS[key]) for key in NEEDED if found[key] < 0]:
        raise ValidationError(
            _("The first row names the columns. Missing: %(columns)s."),
            code="headings",
            params={"columns": ", ".join(missing)},
        )
    return {key: place for key, place in found.items() if place >= 0}


def judge(cells: Iterable[list[str]], user: User, store: Store) -> tuple[list[str], list[Row]]:
    """Heading and rows, each checked, none saved. Five queries a row.

    Raises ValidationError without a heading, without rows, or beyond ``MOST`` of them.
    """
    rows = [row for row in cells if any(row)]
    if not rows:
        raise ValidationError(_("There is nothing in it."), code="empty")
    places = columns(rows[0])
    if len(rows) == 1 or len(rows) > MOST + 1:
        raise ValidationError(_("Below the heading stand 1 to %(n)d rows."), code="rows", params={"n": MOST})
    house = House.of(user, store)
    found = []
    for number, row in enumerate(rows[1:], start=2):
        values = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        found.append(_row(Row(number, row, values, VinForm({"vin": values["vin"]})), house))
    return rows[0], found


@dataclass(frozen=True)
class House:
    """Against what a list is judged; read once."""

    user: User
    store: Store
    models: dict[str, VehicleModel]
    advisors: list[User]

    @classmethod
    def of(cls, user: User, store: Store) -> House:
        """Two queries."""
        known = VehicleModel.objects.filter(brand__group_id=user.group_id).select_related("brand")
        models = {name.casefold(): model for model in known for name in (model.name, str(model))}
        return cls(user, store, models, services.advisors(store))


def _row(row: Row, house: House) -> Row:
    if not row.vin_form.is_valid():
        row.errors = _sentences(row.vin_form)
        return row
    known, shown = planning.known(house.user, row.vin_form.cleaned_data["vin"])
    row.is_there = known is not None and Handover.objects.expected().filter(vehicle=known).exists()
    data = _data(row.values, house)
    if known is not None and shown and known.owner.name == row.values["name"]:
        data["buyer"] = PlanForm.OWNER
    row.form = PlanForm(data, store=house.store, known=known, owner_shown=shown)
    if not row.form.is_valid():
        row.errors = _sentences(row.form)
    return row


def _data(values: dict[str, str], house: House) -> dict[str, Any]:
    model = house.models.get(values.get("model", "").casefold())
    wanted = values.get("advisor")
    chosen = next((p for p in house.advisors if not wanted or p.name == wanted), None)
    told = {name: values.get(name, "") for name in ("name", "phone", "sales_consultant", "colour", "plate")}
    is_company = any(word in values.get("kind", "").lower() for word in COMPANY)
    return told | {
        "model": model.pk if model else "",
        "model_text": "" if model else values.get("model", ""),
        "buyer": PlanForm.OTHER,
        "kind": Customer.Kind.COMPANY if is_company else Customer.Kind.PERSON,
        "advisor": chosen.pk if chosen else "",
        "invoiced_on": _plain(values.get("invoiced_on", "")) or clock.today().isoformat(),
        "planned_at": _moment(values["planned_at"]),
        "is_statutory": "" if values.get("is_statutory", "").lower() in NO else "on",
    }


def _plain(text: str) -> str:
    """A day with hyphens: ``2026/11/28``, ``2026.11.28`` and the Chinese signs are read too."""
    signs = str.maketrans({"/": "-", ".": "-", "\u5e74": "-", "\u6708": "-", "\u65e5": None, "\u53f7": None})
    return half_width(text).translate(signs).strip()


def _moment(text: str) -> str:
    """As the form takes it; what cannot be read stays as it is and is refused there."""
    plain = _plain(text).replace("\u70b9", ":00")
    for form in MOMENTS:
        try:
            read = datetime.strptime(plain, form)
        except ValueError:
            continue
        year = clock.today().year if "%Y" not in form else read.year
        return f"{read.replace(year=year):%Y-%m-%dT%H:%M}"
    return text


def _sentences(form: Any) -> list[str]:
    said = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        said += [_("%(field)s: %(error)s") % {"field": label, "error": e} if label else e for e in errors]
    return said


def enter(rows: Iterable[Row], user: User, store: Store) -> int:
    """Plan the good rows, each for itself; returns how many. What the house refuses is said at its row."""
    count = 0
    for row in rows:
        if not row.is_good or row.form is None:
            continue
        if not row.values.get("advisor"):
            row.form.cleaned_data["advisor"] = services.advisors(store)[0]
        try:
            row.handover = planning.save(user, store, row.vin_form, row.form)
        except DomainError as error:
            row.errors = [error.message]
            continue
        if row.handover is None:
            row.errors = _sentences(row.form)
        else:
            count += 1
    return count
