from apps.workorders.models.authorisation import Authorisation, OrderVersion, canonical, seal
from apps.workorders.models.line import Line
from apps.workorders.models.work_order import WorkOrder, tax_inside

__all__ = ["Authorisation", "Line", "OrderVersion", "WorkOrder", "canonical", "seal", "tax_inside"]
