from celery import shared_task

from inventory.actions import restock


@shared_task(name="inventory.carry_out_restock")
def carry_out_restock(request_id: int) -> None:
    restock.carry_out_restock(request_id)


@shared_task(name="inventory.sweep_restock")
def sweep_restock() -> None:
    restock.carry_out_due()
