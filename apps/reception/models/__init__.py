from apps.reception.models.damage import Damage
from apps.reception.models.interview import Interview
from apps.reception.models.visit import Visit
from apps.reception.models.walk_around import WalkAround

__all__ = ["Damage", "Interview", "Visit", "WalkAround"]
