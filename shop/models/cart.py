from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models import Sku
from shop.models.customer import Customer


class Cart(models.Model):
    """What somebody means to buy: a customer's, or a visitor's known by a signed cookie."""

    token = models.UUIDField(unique=True)
    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, null=True, related_name="cart"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.token)


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku"], name="one_cart_line_per_sku"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=999), name="a_cart_line_wants_some"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku_id}"
