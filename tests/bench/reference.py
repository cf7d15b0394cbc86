"""The reference page: a bare Django page with startproject's middleware, one query and 20 rows.

Served by the same server, on the same database, in the same run as the pages that are measured.
"""

import os

from django.conf import settings

from backoffice.settings import database_from_url
from tests.bench.site import REFERENCE_ROWS, REFERENCE_TABLE

settings.configure(
    SECRET_KEY="nothing is signed here",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            **database_from_url(os.environ["DATABASE_URL"]),
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                **database_from_url(os.environ["DATABASE_URL"])["OPTIONS"],
                "pool": {"min_size": 1, "max_size": int(os.environ["DATABASE_POOL"])},
            },
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {})],
                    )
                ],
            },
        }
    ],
    STATIC_URL="static/",
    USE_TZ=True,
)

import django

django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Reference</title></head><body>
<h1>Reference page</h1><p>{{ text }}</p><table>
{% for row in rows %}<tr class="row{% if forloop.first %} first{% endif %}">
<td><a href="/rows/{{ row.pk }}/">{{ row.name }}</a></td><td>{{ row.price }}</td>
<td>{{ row.at|date:"Y-m-d H:i" }}</td><td>{{ text|truncatechars:420 }}</td></tr>
{% endfor %}</table></body></html>"""
TEXT = "Goods come in, are counted, moved, sold and sometimes returned. " * 30


class Row(models.Model):
    name = models.TextField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    at = models.DateTimeField()

    class Meta:
        app_label = "reference"
        managed = False
        db_table = REFERENCE_TABLE

    def __str__(self) -> str:
        return self.name


TEMPLATE = engines["django"].from_string(PAGE)


def page(request: HttpRequest) -> HttpResponse:
    rows = Row.objects.order_by("pk")[:REFERENCE_ROWS]
    return HttpResponse(TEMPLATE.render({"rows": rows, "text": TEXT}, request))


urlpatterns = [path("", page)]
application = get_wsgi_application()
