"""Each person chooses of what they are told, and how."""

from collections.abc import Mapping

from django.db import transaction

from backoffice.lib.retry import retrying
from inventory.models import NotificationChoice
from inventory.queries.notifications import How, Subject, usual_hows
from stores.models import User


@retrying
@transaction.atomic
def choose_notifications(chosen: Mapping[Subject, How], *, by: User) -> None:
    """Keep what differs from the default of the person's roles; the default again is no choice."""
    usual = usual_hows(membership.role for membership in by.memberships.all())
    as_always = [subject for subject, how in chosen.items() if how == usual[subject]]
    NotificationChoice.objects.filter(user=by, subject__in=as_always).delete()
    NotificationChoice.objects.bulk_create(
        [
            NotificationChoice(user=by, subject=subject, how=how)
            for subject, how in sorted(chosen.items())
            if subject not in as_always
        ],
        update_conflicts=True,
        unique_fields=["user", "subject"],
        update_fields=["how"],
    )
