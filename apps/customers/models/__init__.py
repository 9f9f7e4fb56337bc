from apps.customers.models.campaign import Campaign, CampaignRange, CampaignVehicle, CampaignVin
from apps.customers.models.customer import Customer, StoreAccess
from apps.customers.models.file import Recommendation, ServiceRecord
from apps.customers.models.reading import Reading
from apps.customers.models.vehicle import Vehicle

__all__ = [
    "Campaign",
    "CampaignRange",
    "CampaignVehicle",
    "CampaignVin",
    "Customer",
    "Reading",
    "Recommendation",
    "ServiceRecord",
    "StoreAccess",
    "Vehicle",
]
