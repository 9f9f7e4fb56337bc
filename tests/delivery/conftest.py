"""The delivery tests happen in an open house, at mid-morning."""

from tests.workshop.clock import midmorning

__all__ = ["midmorning"]
