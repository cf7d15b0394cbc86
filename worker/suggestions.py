from celery import shared_task

from inventory.actions import suggestions


@shared_task(name="inventory.refresh_moved")
def refresh_moved() -> None:
    """Take marks until there are fewer than one refresh takes."""
    while suggestions.refresh_moved().marks >= suggestions.AT_ONCE:
        pass


@shared_task(name="inventory.refresh_suggestions")
def refresh_suggestions() -> None:
    suggestions.refresh_all()
