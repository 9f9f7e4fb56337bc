"""Rows of the cast's store for each address of this room."""

from tests.customers.factories import make_campaign, make_vehicle

OF_THE_GROUP = {"customers:campaign", "customers:campaign_update", "customers:campaign_list_add"}
"""What a maker calls back concerns every store; the cars of another one are not shown."""


def samples(cast) -> dict[str, dict]:
    vehicle = make_vehicle(cast)
    recommendation = vehicle.recommend("制动液更换", source="环车检查", by=cast.advisor)
    campaign = make_campaign(cast, vehicle)
    owner, car = {"pk": vehicle.owner_id}, {"pk": vehicle.pk}
    return {
        "customers:detail": owner,
        "customers:update": owner,
        "customers:vehicle_create": owner,
        "customers:vehicle": car,
        "customers:vehicle_update": car,
        "customers:owner": car,
        "customers:reading_create": car,
        "customers:campaign": {"pk": campaign.pk},
        "customers:campaign_update": {"pk": campaign.pk},
        "customers:campaign_list_add": {"pk": campaign.pk},
        "customers:campaign_settle": {"pk": campaign.cars.get().pk},
        "customers:recommendation_create": car,
        "customers:recommendation_close": {"pk": recommendation.pk},
        "api:customer-detail": owner,
        "api:vehicle-detail": car,
        "api:vehicle-readings": car,
        "api:vehicle-change-owner": car,
    }
