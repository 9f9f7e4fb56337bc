"""What stops a file, and what stops a cell."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

KIND_NAMES = {"customers": _("customers"), "vehicles": _("vehicles"), "history": _("visits")}


class FileRefused(Exception):
    """A whole file cannot be read. ``str()`` is a translated sentence: the file and a way out."""

    MESSAGES = {
        "empty": _("%(file)s is empty."),
        "old_excel": _(
            "%(file)s is in the old Excel format (.xls). Open it and save it as .xlsx, then import again."
        ),
        "protected": _("%(file)s is protected by a password. Save it without one, then import again."),
        "web_page": _("%(file)s is a web page named as a table. Open it in Excel and save it as .xlsx."),
        "xml_spreadsheet": _("%(file)s is an XML spreadsheet. Open it in Excel and save it as .xlsx."),
        "binary_excel": _("%(file)s is a binary workbook (.xlsb). Save it as .xlsx, then import again."),
        "open_document": _("%(file)s is an OpenDocument table. Save it as .xlsx, then import again."),
        "not_a_table": _("%(file)s is neither text nor an Excel workbook."),
        "damaged": _("%(file)s is damaged and cannot be opened. Export it again."),
        "too_large": _("%(file)s unpacks to more than a workbook can hold. Split it into several files."),
        "no_header": _("%(file)s has no line of column titles that belong to customers, vehicles or visits."),
        "column_missing": _(
            "%(file)s was taken for a table of %(kind)s, but the column “%(column)s” is missing."
        ),
    }

    def __init__(self, path: Path, code: str, **params: object) -> None:
        self.path = path
        self.code = code
        self.params = params
        super().__init__(code)

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        shown = {name: KIND_NAMES.get(str(value), value) for name, value in self.params.items()}
        return str(self.MESSAGES[self.code]) % {"file": self.path.name, **shown}

    def __str__(self) -> str:
        return self.message


class Unreadable(Exception):
    """A cell's content is not what its column holds. ``code`` is one of ``reasons.TEXTS``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
