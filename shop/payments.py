"""The payment provider: what the shop asks of one, and the simulated one of development and tests.

A provider acts once per key, so every call may be repeated.
"""

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from shop.models import Payment, SimulatedCharge
from stores.models import Company


class ProviderUnavailable(Exception):
    """The provider didn't answer: whether it acted is unknown, `lookup` tells later."""


@dataclass(frozen=True)
class Charge:
    """What the provider did under a key."""

    key: UUID
    amount: Decimal
    currency: str
    accepted: bool
    refunded: bool
    reference: str
    reason: str  # one of Payment.Reason, where it wasn't accepted


class Provider(Protocol):
    def charge(self, key: UUID, amount: Decimal, currency: str) -> Charge:
        """Take the amount, or say why not; raise `ProviderUnavailable` if there is no answer."""

    def lookup(self, key: UUID) -> Charge | None:
        """What was done under the key; None if nothing ever was."""

    def refund(self, key: UUID) -> Charge:
        """Give back what was taken under the key; if nothing was, nothing will be."""


def payment_provider() -> Provider:
    """The provider that the settings name."""
    return cast(Provider, import_string(settings.PAYMENT_PROVIDER)())


def simulated_limit() -> Decimal | None:
    """What the simulated provider takes at most; None with a real one."""
    if import_string(settings.PAYMENT_PROVIDER) is not SimulatedProvider:
        return None
    return Decimal(settings.SIMULATED_REFUSES_ABOVE)


class SimulatedProvider:
    """Takes everything up to a limit; can be slow or away. Its books are its own."""

    def charge(self, key: UUID, amount: Decimal, currency: str) -> Charge:
        self._answer_slowly_or_not_at_all()
        accepted = amount <= Decimal(settings.SIMULATED_REFUSES_ABOVE)
        row, _made = SimulatedCharge.objects.get_or_create(
            key=key,
            defaults={
                "amount": amount,
                "currency": currency,
                "accepted": accepted,
                "reason": "" if accepted else Payment.Reason.LIMIT,
            },
        )
        return self._told(row)

    def lookup(self, key: UUID) -> Charge | None:
        self._answer_slowly_or_not_at_all()
        row = SimulatedCharge.objects.filter(key=key).first()
        return self._told(row) if row else None

    def refund(self, key: UUID) -> Charge:
        self._answer_slowly_or_not_at_all()
        row, _made = SimulatedCharge.objects.get_or_create(
            key=key,
            defaults={
                "amount": 0,
                "currency": Company.current().currency,
                "accepted": False,
                "reason": Payment.Reason.NOT_ASKED,
            },
        )
        if row.accepted and not row.refunded:
            row.refunded = True
            row.save(update_fields=["refunded"])
        return self._told(row)

    def _answer_slowly_or_not_at_all(self) -> None:
        if settings.SIMULATED_DELAY_MS:
            time.sleep(settings.SIMULATED_DELAY_MS / 1000)
        if settings.SIMULATED_FAILS:
            raise ProviderUnavailable("the simulated provider is away")

    def _told(self, row: SimulatedCharge) -> Charge:
        return Charge(
            key=row.key,
            amount=row.amount,
            currency=row.currency,
            accepted=row.accepted,
            refunded=row.refunded,
            reference=f"SIM-{row.pk}",
            reason=row.reason,
        )
