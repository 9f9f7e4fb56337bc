from apps.calls.models.attempt import Attempt
from apps.calls.models.call import Call

__all__ = ["Attempt", "Call"]
