from __future__ import annotations

from django.db import models
from django.utils import timezone


class Heartbeat(models.Model):
    """The last moment at which a kind of process did some work, for `/ready/`."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.beaten_at}"


class LedgerCheck(models.Model):
    """One recomputing of every stock figure from the ledger, and what differed."""

    checked_at = models.DateTimeField(default=timezone.now)
    drift = models.PositiveIntegerField()  # how many figures differ
    found = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField())
    )  # the first of them
    guarded = models.BooleanField()  # whether the database refuses to change movements

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.checked_at}: {self.drift}"
