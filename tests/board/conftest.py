import pytest

from tests.workshop.clock import midmorning

__all__ = ["midmorning"]


@pytest.fixture(autouse=True)
def _open_house(midmorning):
    """Every test of this room runs while the house is open."""
