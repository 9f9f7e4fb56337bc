"""The one error of this package."""


class EmbeddedError(Exception):
    """A service cannot be brought up; the message says why and what to do next."""
