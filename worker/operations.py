from celery import shared_task

from backoffice.actions.operations import beat_heart, check_ledger
from sales.actions.chain import add_up_chain
from stores.actions.security import forget_old_events
from stores.actions.sessions import forget_old_sessions
from stores.actions.sign_in import forget_old_attempts


@shared_task(name="operations.beat_heart")
def beat_workers_heart() -> None:
    beat_heart("worker")


@shared_task(name="operations.forget_sign_in_attempts")
def forget_sign_in_attempts() -> None:
    forget_old_attempts()


@shared_task(name="operations.forget_sessions")
def forget_sessions() -> None:
    forget_old_sessions()
    forget_old_events()


@shared_task(name="operations.check_ledger")
def check_whole_ledger() -> None:
    check_ledger()


@shared_task(name="operations.add_up_chain")
def add_up_months_that_are_over() -> None:
    add_up_chain()
