from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """An online account."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    def __str__(self) -> str:
        return str(self.user)


class Address(models.Model):
    class Country(models.TextChoices):
        FRANCE = "FR", _("France")
        BELGIUM = "BE", _("Belgium")
        LUXEMBOURG = "LU", _("Luxembourg")
        SWITZERLAND = "CH", _("Switzerland")
        GERMANY = "DE", _("Germany")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(_("name"), max_length=120)
    street = models.CharField(_("street"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=12)
    city = models.CharField(_("city"), max_length=80)
    country = models.CharField(_("country"), max_length=2, choices=Country, default=Country.FRANCE)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return f"{self.name}, {self.street}, {self.postcode} {self.city}"

    @property
    def as_lines(self) -> str:
        """As it stands on an envelope."""
        return "\n".join(
            [
                self.name,
                self.street,
                f"{self.postcode} {self.city}",
                str(self.get_country_display()),
            ]
        )
