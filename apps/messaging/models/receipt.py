"""Delivery receipts: late, out of order, or twice."""

from __future__ import annotations

from django.db import models

from apps.messaging.models.gateway import Gateway
from apps.messaging.models.message import Message


class Receipt(models.Model):
    """One receipt as the provider told it. It may come before we know its message by the provider's id."""

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="receipts")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="receipts")
    reference = models.CharField(max_length=60, blank=True)
    provider_id = models.CharField(max_length=80, blank=True)
    delivered = models.BooleanField()
    detail = models.CharField(max_length=200, blank=True)
    reported_at = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "reference", "provider_id", "delivered", "reported_at"],
                name="receipt_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["gateway", "provider_id"],
                name="receipt_unmatched",
                condition=models.Q(message__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.provider_id or self.reference
