"""Who stands at the desk."""

import pytest

from apps.catalog.models import Brand, VehicleModel
from tests.appointments.factories import furnish


@pytest.fixture
def desk(cast, client):
    """A client of the advisor in a furnished store."""
    furnish(cast.store)
    client.force_login(cast.advisor)
    return client


@pytest.fixture
def model(cast):
    """A model of the catalogue: service every 10,000 km."""
    brand = Brand.objects.create(group=cast.group, name="远川")
    return VehicleModel.objects.create(brand=brand, name="云岭")
