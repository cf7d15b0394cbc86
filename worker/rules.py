from celery import shared_task

from inventory.actions import approval_rules


@shared_task(name="inventory.approve_by_rule")
def approve_by_rule(request_id: int) -> None:
    approval_rules.approve_by_rule(request_id)


@shared_task(name="inventory.sweep_rules")
def sweep_rules() -> None:
    approval_rules.approve_all_by_rule()
