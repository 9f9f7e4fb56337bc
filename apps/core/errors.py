"""The one exception for refused business verbs."""


class DomainError(Exception):
    """A verb was refused and nothing changed.

    ``message`` is a translated sentence for the person: which object, which rule, what to
    do next. ``code`` is stable and machine-readable; ``extra`` goes into the API's problem
    document (for example alternatives to a taken slot).
    """

    def __init__(self, message: str, *, code: str = "refused", extra: dict | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.extra = extra or {}

    def __str__(self) -> str:
        return str(self.message)
