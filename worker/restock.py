from celery import shared_task

from inventory.actions import carry_out


@shared_task(name="inventory.carry_out_restock")
def carry_out_restock(request_id: int) -> None:
    carry_out.carry_out_restock(request_id)


@shared_task(name="inventory.sweep_restock")
def sweep_restock() -> None:
    carry_out.carry_out_due()
