"""Made-up people, cars and orders for the component sheet. Never stored."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.money import MoneyFormField

PEOPLE = (
    *("王建国", "李小红", "张伟", "欧阳修远", "陈晓明"),
    *("刘洋", "买买提·艾力", "周杰", "孙悦", "Anna Schmidt"),
)
ADVISORS = ("陈晓明", "林珊", "赵敏")
MODELS = (
    "卡罗拉 1.8 混动",
    "汉 EV 荣耀版",
    "帕萨特 330TSI",
    "Model Y",
    "天籁 2.0T 旗舰智享版（2023 款）",
    "哈弗 H6",
)
PLATES = ("浙A12345", "浙AD12345", "沪B88K29", "苏E9F331", "浙A0P6Q8", "粤Z1234港", "浙AF60218", "皖A99120")
STAGES = ("waiting", "reception", "repair", "approval", "parts", "quality", "wash", "ready")
NOTE = "客户说：冷车启动后方向盘抖动，大约五分钟后消失，上个月开始出现，高速 90 km/h 时也有轻微抖动。"


def rows(now: datetime, count: int = 100) -> list[dict[str, Any]]:
    """``count`` order rows as a list page would get them."""
    return [
        {
            "number": f"W2611-{107 + i:04d}",
            "plate": PLATES[i * 3 % len(PLATES)],
            "customer": PEOPLE[i * 7 % len(PEOPLE)],
            "model": MODELS[i * 5 % len(MODELS)],
            "stage": STAGES[i * 3 % len(STAGES)],
            "advisor": ADVISORS[i % len(ADVISORS)],
            "promised_at": now + timedelta(minutes=47 * i - 55),
            "amount": Decimal("318.00") + Decimal("137.53") * (i * i % 41),
            "late": i == 0,
        }
        for i in range(count)
    ]


class SampleForm(forms.Form):
    """One field of each kind."""

    plate = forms.CharField(label=_("Plate"), help_text=_("As it stands on the car; small letters are fine."))
    odometer_km = forms.IntegerField(label=_("Odometer"))
    wish = MoneyFormField(label=_("Price limit"), required=False)
    arrival_at = forms.DateTimeField(label=_("Arrival time"), widget=forms.DateTimeInput)
    advisor = forms.ChoiceField(label=_("Advisor"), choices=[(name, name) for name in ADVISORS])
    kind = forms.ChoiceField(
        label=_("Kind of work"),
        widget=forms.RadioSelect,
        choices=[
            ("maintenance", _("Maintenance")),
            ("inspection", _("Inspection and repair")),
            ("body", _("Body and paint")),
            ("express", _("Express")),
        ],
    )
    payer = forms.ChoiceField(
        label=_("Payer"),
        widget=forms.RadioSelect,
        choices=[("customer", _("Customer")), ("warranty", _("Warranty")), ("insurance", _("Insurance"))],
    )
    documents = forms.MultipleChoiceField(
        label=_("Documents to bring"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("licence", _("Vehicle licence")), ("book", _("Maintenance book")), ("key", _("Spare key"))],
    )
    words = forms.CharField(label=_("Customer's words"), widget=forms.Textarea)
    photo = forms.FileField(label=_("Photo"), required=False)
    waits = forms.BooleanField(label=_("The customer waits here"), required=False)
    wash = forms.BooleanField(label=_("Free wash"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["kind"].widget
        widget.icons = {
            "maintenance": "droplet",
            "inspection": "tool",
            "body": "spray",
            "express": "clock-bolt",
        }
        widget.hints = {"express": _("60 minutes from arrival to delivery")}


def refused_form() -> SampleForm:
    """The form as it comes back with errors, everything typed kept."""
    form = SampleForm({"plate": "浙A1234", "odometer_km": "8x", "kind": "express", "words": NOTE})
    form.full_clean()
    form.add_error(
        "plate",
        _("A number plate has 7 characters, a new-energy one 8; this one has %(count)d.") % {"count": 6},
    )
    form.add_error(None, _("The slot at 09:00 was taken a moment ago. Choose another one below."))
    return form


def all_samples(now: datetime) -> dict[str, Any]:
    """Everything the sheet shows: rows, moments, forms, figures, names."""
    minute = timedelta(minutes=1)
    return {
        "now": now,
        "rows": rows(now),
        "form": SampleForm(
            initial={"plate": PLATES[0], "odometer_km": 48210, "kind": "maintenance", "payer": "customer"}
        ),
        "refused": refused_form(),
        "plates": PLATES,
        "people": PEOPLE,
        "note": NOTE,
        "moments": [now + timedelta(hours=h) for h in (-50, -26, -1, 4, 27, 70, 190, 24 * 40, -24 * 400)],
        "on_time": now + 190 * minute,
        "risk": now + 22 * minute,
        "expected": now + 95 * minute,
        "tight": now + 80 * minute,
        "late": now - 65 * minute,
        "amounts": [Decimal("1234567.80"), Decimal("318"), Decimal("-42.5"), Decimal("0"), None],
        "figures": [42, 45, 41, 48, 52, 50, 57],
        "hours": [
            ("08", 30, 18),
            ("09", 78, 60),
            ("10", 92, 88),
            ("11", 84, 52),
            ("13", 55, 20),
            ("14", 70, 24),
            ("15", 62, 10),
            ("16", 34, 4),
        ],
        "pager": {"previous": "a", "next": "b", "total": 10000, "capped": True},
    }
