"""What was done a moment ago lies days back: the ledger alone keeps the moment in which it was written."""

from datetime import timedelta

from django.db.models import F

from inventory.models import (
    RestockEvent,
    RestockRequest,
    Transfer,
    TransferEvent,
    TransferReceipt,
)

NIGHT, AT_ONCE = timedelta(hours=14), timedelta(0)


def put_request_back(request: RestockRequest, age: timedelta, *, way: timedelta = AT_ONCE) -> None:
    """Let a request be older, with its history and its transfer: what was decided was asked the
    evening before, and was so long on its way."""
    decided = age + way
    asked = decided + (NIGHT if request.decided_at else AT_ONCE)
    RestockRequest.objects.filter(pk=request.pk).update(
        asked_at=F("asked_at") - asked,
        decided_at=F("decided_at") - decided,
        done_at=F("done_at") - age,
    )
    kinds = RestockEvent.Kind
    for kind in kinds:
        older = {kinds.ASKED: asked, kinds.DONE: age}.get(kind, decided)
        events = RestockEvent.objects.filter(request=request, kind=kind)
        events.update(at=F("at") - older)
    for transfer in Transfer.objects.filter(request=request):
        put_transfer_back(transfer, age, way=way)


def put_transfer_back(transfer: Transfer, age: timedelta, *, way: timedelta = AT_ONCE) -> None:
    """Let a transfer be older, with its receipts and history, and so long on its way."""
    early = {name: F(name) - age - way for name in ("made_at", "sent_at", "due_at")}
    rows = Transfer.objects.filter(pk=transfer.pk)
    rows.update(**early, closed_at=F("closed_at") - age)
    TransferReceipt.objects.filter(transfer=transfer).update(at=F("at") - age)
    events = TransferEvent.objects.filter(transfer=transfer)
    before = events.filter(kind__in=[TransferEvent.Kind.MADE, TransferEvent.Kind.SENT])
    before.update(at=F("at") - way)
    events.update(at=F("at") - age)
