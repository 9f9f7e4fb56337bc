from apps.accounts.models.setting import Setting
from apps.accounts.models.store import DealerGroup, Store, StoreOwnedQuerySet
from apps.accounts.models.user import User

__all__ = ["DealerGroup", "Setting", "Store", "StoreOwnedQuerySet", "User"]
