from celery import shared_task

from inventory.actions import bulk_approval, carry_out, decision_mail


@shared_task(name="inventory.carry_out_restock")
def carry_out_restock(request_id: int) -> None:
    carry_out.carry_out_restock(request_id)


@shared_task(name="inventory.sweep_restock")
def sweep_restock() -> None:
    carry_out.carry_out_due()


@shared_task(name="inventory.carry_out_bulk_approval")
def carry_out_bulk_approval(bulk_id: int) -> None:
    bulk_approval.carry_out_bulk_approval(bulk_id)


@shared_task(name="inventory.sweep_bulk_approvals")
def sweep_bulk_approvals() -> None:
    bulk_approval.carry_out_due_bulk_approvals()


@shared_task(name="inventory.tell_approvers")
def tell_approvers(request_id: int) -> None:
    decision_mail.tell_approvers(request_id)


@shared_task(name="inventory.sweep_untold_approvers")
def sweep_untold_approvers() -> None:
    decision_mail.tell_all_approvers()
