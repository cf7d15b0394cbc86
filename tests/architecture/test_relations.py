"""Foreign keys point down, and across apps leave no trace on the lower model."""

from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from tests.architecture.source import APPS

HEIGHT = {
    name: height
    for height, name in enumerate(["stores", "inventory", "sales", "shop", "backoffice", "worker"])
}


def relations_across_apps() -> list[ForeignKey | ManyToManyField]:
    return [
        field
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | ManyToManyField)
        and field.related_model._meta.app_label != app
        and field.related_model._meta.app_label in HEIGHT
    ]


def test_foreign_keys_point_down() -> None:
    upward = [
        str(field)
        for field in relations_across_apps()
        if HEIGHT[field.related_model._meta.app_label] > HEIGHT[field.model._meta.app_label]
    ]
    assert upward == []


def test_foreign_keys_across_apps_have_no_name_on_the_other_side() -> None:
    named = [str(f) for f in relations_across_apps() if f.remote_field.related_name != "+"]
    assert named == []


def test_there_are_relations_to_check() -> None:
    assert len(relations_across_apps()) > 10
