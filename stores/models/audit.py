from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.text import normal
from stores.models.location import Location
from stores.models.people import User


class ExactDecoder(json.JSONDecoder):
    """Reads 12.50 as the amount that was stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**(options | {"parse_float": Decimal}))


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, *things: models.Model) -> AuditEntryQuerySet:
        """What was changed of these things and of their parts."""
        wanted = Q(pk__in=[])
        for thing in things:
            wanted |= Q(about_table=thing._meta.db_table, about_id=thing.pk)
        return self.filter(wanted)

    def search(self, text: str) -> AuditEntryQuerySet:
        """Those in whose thing, or in whose values, each word of the text begins one."""
        words = [word.replace("'", "").replace("\\", "") for word in normal(text).split()[:8]]
        query = " & ".join(f"'{word}':*" for word in words if word)
        if not query:
            return self.none()
        return self.filter(words=SearchQuery(query, config="simple", search_type="raw"))

    def newest_first(self) -> AuditEntryQuerySet:
        return self.order_by("-at", "-pk")

    def older_than(self, entry: AuditEntry) -> AuditEntryQuerySet:
        return self.filter(at__lte=entry.at).exclude(at=entry.at, pk__gte=entry.pk)


class AuditEntry(models.Model):
    """One change of one row, or one reading of what is sensitive: who, when, before and after.

    Written by the triggers of `stores.audited`, for ever: the database refuses to change or delete it.
    """

    class Kind(models.TextChoices):
        PRICE = "price", _("price")
        PRODUCT = "product", _("product")
        RIGHT = "right", _("right")
        SETTING = "setting", _("setting")
        THRESHOLD = "threshold", _("threshold")
        STOCK = "stock", _("stock")
        DOCUMENT = "document", _("document")
        CUSTOMER = "customer", _("customer data")

    class Action(models.TextChoices):
        ADDED = "added", pgettext_lazy("audit", "added")
        CHANGED = "changed", pgettext_lazy("audit", "changed")
        REMOVED = "removed", pgettext_lazy("audit", "removed")
        READ = "read", pgettext_lazy("audit", "read")

    class Way(models.TextChoices):
        """From where it was done."""

        PAGE = "page", _("on a page")
        WORKER = "worker", _("by a worker")
        COMMAND = "command", _("by a command")
        DATABASE = "database", _("directly in the database")

    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(  # null: Comptoir itself
        User,
        verbose_name=_("who"),
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    way = models.CharField(_("way"), max_length=8, choices=Way)
    request = models.CharField(max_length=64, blank=True)  # its id, or the database's role
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    action = models.CharField(_("what was done"), max_length=7, choices=Action)
    table = models.CharField(max_length=60)
    row_id = models.BigIntegerField(null=True)
    about_table = models.CharField(max_length=60)  # of the thing whose part the row is
    about_id = models.BigIntegerField(null=True)
    location = models.ForeignKey(
        Location,
        verbose_name=_("place"),
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    label = models.CharField(_("thing"), max_length=300, blank=True)  # as it was called then
    before = models.JSONField(default=dict, decoder=ExactDecoder)  # what differs, by column
    after = models.JSONField(default=dict, decoder=ExactDecoder)
    words = SearchVectorField(null=True)  # written by a trigger

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
            models.Index(fields=["by", "-at", "-id"], name="audit_by_person"),
            models.Index(fields=["kind", "-at", "-id"], name="audit_by_kind"),
            models.Index(fields=["location", "-at", "-id"], name="audit_by_place"),
            models.Index(fields=["about_table", "about_id", "-at", "-id"], name="audit_by_thing"),
            GinIndex(fields=["words"], name="audit_words"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id} {self.action}"
