"""Cookies: no script reads them, no other site sends them, and over HTTPS no other host sets them."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests.factories import PASSWORD, make_level, make_online_location, make_sku, make_user

pytestmark = pytest.mark.django_db
NAMES = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "CART_COOKIE_NAME"]
FLAGS = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
ASK = f"""
import json
from django.conf import settings
print(json.dumps([getattr(settings, name) for name in {NAMES + FLAGS}]))
"""


def test_over_https_each_cookie_is_of_this_host_alone() -> None:
    over_https = {"DEVELOPMENT": "0", "HTTPS": "1", "SECRET_KEY": "s" * 50}
    environment = os.environ | over_https | {"DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    asked = [sys.executable, "-c", ASK]
    said = subprocess.run(
        asked, env=environment, cwd=settings.BASE_DIR, capture_output=True, check=True
    )
    *names, session, csrf = json.loads(said.stdout)
    assert [name for name in names if not name.startswith("__Host-")] == []
    assert len(set(names)) == len(NAMES)
    assert (session, csrf) == (True, True)


@override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True)
def test_every_cookie_that_is_set_has_its_flags() -> None:
    sku, user, client = make_sku(), make_user(), Client()
    make_level(sku, make_online_location(), on_hand=3)
    client.get("/accounts/login/", secure=True)
    client.post("/language/", {"language": "fr"}, secure=True)
    client.post("/cart/add/", {"sku": sku.pk, "quantity": 1}, secure=True)
    client.get("/cart/", secure=True)
    visited = set(client.cookies)
    assert visited == {settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "cart"}
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, secure=True)
    assert settings.SESSION_COOKIE_NAME in client.cookies
    for name, cookie in client.cookies.items():
        flags = (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"])
        assert (name, *flags) == (name, True, True, "Lax", "/")
        assert cookie["domain"] == ""
