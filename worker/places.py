from celery import shared_task

from inventory.actions import openings


@shared_task(name="places.sweep_days")
def sweep_days() -> None:
    openings.carry_out_days()
