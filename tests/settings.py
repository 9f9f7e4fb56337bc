"""The product's settings over this run's own PostgreSQL and Valkey.

pytest imports this module before anything else of Django, which makes it the place to start them.
"""

import os

from tests.harness import services

services.provide()
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's sync API runs a loop in this thread

from dms.settings import *  # noqa: E402, F403
from dms.settings import DATABASES  # noqa: E402

DATABASES["default"]["OPTIONS"].pop("pool", None)  # a re-cloned database must not meet old connections
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
