"""Forms of the room, one file per thing."""

from apps.capacity.forms.hours import (
    AbsenceForm,
    BlackoutForm,
    ClosureForm,
    DayForm,
    HoursForm,
    WhichDayForm,
)
from apps.capacity.forms.resources import FORMS
from apps.capacity.forms.roster import ShiftForm

__all__ = [
    "FORMS",
    "AbsenceForm",
    "BlackoutForm",
    "ClosureForm",
    "DayForm",
    "HoursForm",
    "ShiftForm",
    "WhichDayForm",
]
