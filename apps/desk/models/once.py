"""One press, one record."""

from django.conf import settings
from django.db import models


class OnceKey(models.Model):
    """The mark of a form or API request that has been carried out, with what it answered.

    The unique key makes a second press wait for the first and then see its answer.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=80)
    path = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, blank=True)
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=300, blank=True)
    body = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key", "path"],
                nulls_distinct=False,
                name="once_per_user_and_page",
            )
        ]
        indexes = [models.Index(fields=["at"], name="once_age")]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
