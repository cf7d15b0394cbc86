"""Django's own list of what a site in production should have."""

import os
import secrets
import subprocess
import sys

from django.conf import settings


def without(unwanted: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != unwanted}


def check_deploy(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=without("DJANGO_ALLOW_ASYNC_UNSAFE")  # of the browser tests
        | {"DJANGO_SETTINGS_MODULE": "backoffice.settings"}
        | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )


def test_production_passes_djangos_deployment_checks() -> None:
    checked = check_deploy(
        DEVELOPMENT="0",
        HTTPS="1",
        SECRET_KEY=secrets.token_urlsafe(50),
        ALLOWED_HOSTS="shop.example",
        SITE_URL="https://shop.example",
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_production_refuses_the_secret_of_development() -> None:
    environment = without("SECRET_KEY")
    refused = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=environment | {"DJANGO_SETTINGS_MODULE": "backoffice.settings", "DEVELOPMENT": "0"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert refused.returncode != 0
    assert "Set SECRET_KEY in the environment: DEVELOPMENT is off." in refused.stderr
