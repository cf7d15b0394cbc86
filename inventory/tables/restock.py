import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from backoffice.lib.tables import PartColumn
from inventory.models import RestockRequest

PARTS = "inventory/parts"


class RestockQueueTable(tables.Table):  # type: ignore[misc]
    """Requests with their lines beside the warehouse's figures, and the one click that approves."""

    request = PartColumn(
        template_name=f"{PARTS}/restock_queue_request.html",
        verbose_name=_("Request"),
        order_by="pk",
    )
    store = tables.Column(order_by="store__name")
    lines = PartColumn(
        template_name=f"{PARTS}/restock_queue_lines.html",
        verbose_name=_("Asked, and what there is"),
        orderable=False,
    )
    decision = PartColumn(
        template_name=f"{PARTS}/restock_queue_decision.html",
        verbose_name=_("Decision"),
        orderable=False,
    )

    class Meta:
        model = RestockRequest
        fields = ("request", "store", "lines", "decision")
        caption = _("Restock requests")
        empty_text = _("No request waits for a decision. New ones appear here.")
        attrs = {"class": "restock-queue"}


class StoreRestockTable(tables.Table):  # type: ignore[misc]
    request = PartColumn(
        template_name=f"{PARTS}/restock_store_request.html",
        verbose_name=_("Request"),
        order_by="pk",
    )
    lines = PartColumn(
        template_name=f"{PARTS}/restock_store_lines.html",
        verbose_name=_("Products"),
        orderable=False,
    )
    state = PartColumn(
        template_name=f"{PARTS}/restock_state.html",
        verbose_name=_("State"),
        extra_context={"with_decision": True},
    )

    class Meta:
        model = RestockRequest
        fields = ("request", "lines", "state")
        caption = _("Restock requests of this store")
        empty_text = _("This store has asked for nothing yet.")
