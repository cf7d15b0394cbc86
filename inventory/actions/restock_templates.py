"""Lists that a store asks for again and again."""

from django.db import IntegrityError, transaction

from backoffice.lib.retry import retrying
from inventory.errors import EmptyRequest, TemplateNameTaken
from inventory.models import RestockRequest, RestockTemplate, RestockTemplateLine
from stores.models import User


@retrying
@transaction.atomic
def save_template(source: RestockRequest, *, name: str, by: User) -> RestockTemplate:
    """Keep the lines of a request, or of the draft, under a name that the store has not used."""
    lines = list(source.lines.values_list("sku_id", "asked"))
    if not lines:
        raise EmptyRequest
    template = RestockTemplate(store=source.store, name=name, by=by)
    _save(template)
    RestockTemplateLine.objects.bulk_create(
        RestockTemplateLine(template=template, sku_id=sku_id, units=units)
        for sku_id, units in lines
    )
    return template


@retrying
@transaction.atomic
def rename_template(template: RestockTemplate, *, name: str) -> None:
    template.name = name
    _save(template)


@retrying
@transaction.atomic
def delete_template(template: RestockTemplate) -> None:
    """Forget a template; what was asked with it stays."""
    template.delete()


def _save(template: RestockTemplate) -> None:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        if "one_template_per_store_and_name" not in str(error):
            raise
        raise TemplateNameTaken(template.name) from error
