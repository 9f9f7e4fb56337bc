from apps.desk.models.calendar import CalendarDay, ClockOffset, Heartbeat
from apps.desk.models.connection import Account, Connection
from apps.desk.models.event import EVENT_TITLES, Event, EventDelivery, subject_key
from apps.desk.models.file import File
from apps.desk.models.link import Link
from apps.desk.models.notice import Notice
from apps.desk.models.number import NumberSeries
from apps.desk.models.once import OnceKey
from apps.desk.models.pdf import PdfJob
from apps.desk.models.seal import Seal
from apps.desk.models.search import SearchKey
from apps.desk.models.task import Task

__all__ = [
    "EVENT_TITLES",
    "Account",
    "CalendarDay",
    "ClockOffset",
    "Connection",
    "Event",
    "EventDelivery",
    "File",
    "Heartbeat",
    "Link",
    "Notice",
    "NumberSeries",
    "OnceKey",
    "PdfJob",
    "Seal",
    "SearchKey",
    "Task",
    "subject_key",
]
