from apps.workorders.models.authorisation import Authorisation, OrderVersion
from apps.workorders.models.line import Line
from apps.workorders.models.work_order import WorkOrder

__all__ = ["Authorisation", "Line", "OrderVersion", "WorkOrder"]
