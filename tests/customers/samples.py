"""Rows of the cast's store for each address of this room."""

from tests.customers.factories import make_vehicle


def samples(cast) -> dict[str, dict]:
    vehicle = make_vehicle(cast)
    recommendation = vehicle.recommend("制动液更换", source="环车检查", by=cast.advisor)
    owner, car = {"pk": vehicle.owner_id}, {"pk": vehicle.pk}
    return {
        "customers:detail": owner,
        "customers:update": owner,
        "customers:vehicle_create": owner,
        "customers:vehicle": car,
        "customers:vehicle_update": car,
        "customers:owner": car,
        "customers:reading_create": car,
        "customers:recommendation_create": car,
        "customers:recommendation_close": {"pk": recommendation.pk},
        "api:customer-detail": owner,
        "api:vehicle-detail": car,
        "api:vehicle-readings": car,
        "api:vehicle-change-owner": car,
    }
