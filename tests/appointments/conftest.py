"""Who stands at the desk."""

import pytest

from tests.appointments.factories import furnish


@pytest.fixture
def desk(cast, client):
    """A client of the advisor in a furnished store."""
    furnish(cast.store)
    client.force_login(cast.advisor)
    return client
