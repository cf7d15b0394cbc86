from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import GeneratedField, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.money import MoneyField
from backoffice.lib.text import normal, search_words


class Category(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    icon = models.CharField(max_length=40, default="package")  # a Tabler icon, for the storefront
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """A percentage that products take. It is never rewritten: another one is added, and this one ends."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    rate = models.DecimalField(
        _("rate, in per cent"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    is_usual = models.BooleanField(_("usual rate"), default=False, db_default=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ["-rate"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_usual"], condition=Q(is_usual=True), name="one_usual_tax_rate"
            ),
            models.CheckConstraint(
                condition=Q(is_usual=False) | Q(ended_at=None), name="the_usual_rate_is_not_ended"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(models.QuerySet["Product"]):
    def active(self) -> ProductQuerySet:
        return self.filter(is_active=True)

    def search(self, text: str) -> ProductQuerySet:
        """Products with a SKU that the words are found in."""
        return self.filter(pk__in=Sku.objects.search(text).values("product_id"))


class Product(models.Model):
    """What the customer reads about."""

    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="products"
    )
    tax_rate = models.ForeignKey(
        TaxRate, verbose_name=_("tax rate"), on_delete=models.PROTECT, related_name="products"
    )
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address"), max_length=220, unique=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    is_active = models.BooleanField(_("on sale"), default=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["category", "name", "id"], name="products_by_category"),
            models.Index(fields=["name", "id"], name="products_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SkuQuerySet(models.QuerySet["Sku"]):
    def active(self) -> SkuQuerySet:
        return self.filter(is_active=True, product__is_active=True)

    def search(self, text: str) -> SkuQuerySet:
        """SKUs in whose name, variant, code, barcodes or category each word of the text begins one."""
        query = " & ".join(f"{word}:*" for word in search_words(normal(text))[:8])
        if not query:
            return self.none()
        return self.filter(search_vector=SearchQuery(query, config="simple", search_type="raw"))

    def scanned(self, code: str) -> SkuQuerySet:
        """The SKU whose code or barcode this is."""
        code = normal(code)
        by_code = Sku.objects.filter(code__iexact=code).order_by().values("pk")
        by_barcode = Barcode.objects.filter(code=code).values("sku_id")
        return self.filter(pk__in=by_code.union(by_barcode))


class Sku(models.Model):
    """One countable, sellable variant of a product."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="skus")
    code = models.CharField(_("code"), max_length=40)
    variant = models.CharField(
        _("variant"),
        max_length=80,
        blank=True,
        help_text=_("Such as “red” or “1 kg”; may be empty."),
    )
    price = MoneyField(_("price"))
    cost = MoneyField(_("cost"), default=0)
    pack_size = models.PositiveIntegerField(
        _("pack size"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    is_active = models.BooleanField(_("on sale"), default=True)
    search_text = models.TextField(default="")  # written by inventory.actions.catalogue
    search_vector = GeneratedField(
        expression=SearchVector("search_text", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = SkuQuerySet.as_manager()

    class Meta:
        ordering = ["product__name", "variant", "pk"]
        indexes = [GinIndex(fields=["search_vector"], name="skus_by_words")]
        constraints = [
            models.UniqueConstraint(fields=["product", "variant"], name="one_sku_per_variant"),
            models.UniqueConstraint(Upper("code"), name="one_sku_per_code"),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="cost_not_negative"),
            models.CheckConstraint(condition=Q(pack_size__gte=1), name="pack_holds_one"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The product's name with the variant, where it has one."""
        return f"{self.product.name} – {self.variant}" if self.variant else self.product.name


class Barcode(models.Model):
    """A code that scanners read, and how many units one scan adds."""

    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="barcodes")
    code = models.CharField(_("barcode"), max_length=48, unique=True)
    units = models.PositiveIntegerField(
        _("units per scan"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gte=1), name="a_scan_adds_one_or_more")
        ]

    def __str__(self) -> str:
        return self.code


class CatalogueChange(models.Model):
    """Who changed what of a product or of one of its SKUs, and when; never changed itself."""

    class What(models.TextChoices):
        CREATED = "created", _("created")
        NAME = "name", _("name")
        DESCRIPTION = "description", _("description")
        CATEGORY = "category", _("category")
        TAX_RATE = "tax_rate", _("tax rate")
        CODE = "code", _("code")
        VARIANT = "variant", _("variant")
        PRICE = "price", _("price")
        COST = "cost", _("cost")
        PACK_SIZE = "pack_size", _("pack size")
        BARCODE = "barcode", _("barcode")
        ON_SALE = "is_active", _("on sale")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="changes")
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, null=True, related_name="+")
    what = models.CharField(max_length=12, choices=What)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["product", "-id"], name="changes_of_a_product")]

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"
