from apps.customers.models.customer import Customer, StoreAccess
from apps.customers.models.file import Reading, Recommendation, ServiceRecord
from apps.customers.models.vehicle import Vehicle

__all__ = ["Customer", "Reading", "Recommendation", "ServiceRecord", "StoreAccess", "Vehicle"]
