"""The states of a job and what it may wait for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PauseReason(models.TextChoices):
    """Why work stands still."""

    PARTS = "parts", _("Waiting for parts")
    APPROVAL = "approval", pgettext_lazy("job", "Waiting for approval")
    TOOL = "tool", _("Waiting for a tool")
    BREAK = "break", _("Break")
    OTHER_CAR = "other_car", _("Another car first")


class State(models.TextChoices):
    """Where a job stands."""

    UNPLANNED = "unplanned", pgettext_lazy("job", "Unplanned")
    PLANNED = "planned", pgettext_lazy("job", "Planned")
    IN_WORK = "in_work", pgettext_lazy("job", "In work")
    PAUSED = "paused", pgettext_lazy("job", "Paused")
    FINISHED = "finished", pgettext_lazy("job", "Finished")
    DROPPED = "dropped", pgettext_lazy("job", "Dropped")


NEXT: dict[str, set[Any]] = {
    State.UNPLANNED: {State.PLANNED, State.DROPPED},
    State.PLANNED: {State.UNPLANNED, State.IN_WORK, State.DROPPED},
    State.IN_WORK: {State.PAUSED, State.FINISHED},
    State.PAUSED: {State.IN_WORK, State.DROPPED},
    State.FINISHED: {State.UNPLANNED},  # rework
    State.DROPPED: set(),
}
OPEN = (State.UNPLANNED, State.PLANNED, State.IN_WORK, State.PAUSED)
