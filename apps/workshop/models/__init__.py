from apps.workshop.models.clocking import Clocking
from apps.workshop.models.job import Job, hours_of
from apps.workshop.models.states import PauseReason

__all__ = ["Clocking", "Job", "PauseReason", "hours_of"]
