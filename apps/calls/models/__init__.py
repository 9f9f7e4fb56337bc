from apps.calls.models.attempt import Attempt
from apps.calls.models.call import Call
from apps.calls.models.pbx import Extension, LineCall
from apps.calls.models.script import Script

__all__ = ["Attempt", "Call", "Extension", "LineCall", "Script"]
