"""/health/ and /ready/: what a balancer and a person on call ask."""

import json
from datetime import timedelta
from urllib.request import urlopen

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.utils import timezone

from backoffice.actions.operations import beat_heart
from backoffice.dev.services import Service, free_port, wait_until
from backoffice.models import Heartbeat

ALL_OK = dict.fromkeys(["database", "migrations", "cache", "broker", "worker"], "ok")
AWAY = "does not answer"


def test_health_answers_without_a_database(client: Client) -> None:
    response = client.get("/health/")
    assert (response.status_code, response.content) == (200, b"ok")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_every_part_is_there(client: Client) -> None:
    beat_heart("worker")
    response = client.get("/ready/")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "parts": ALL_OK}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "part"), [("REDIS_URL", "cache"), ("CELERY_BROKER_URL", "broker")]
)
def test_ready_names_the_redis_that_is_away(
    client: Client, settings: LazySettings, setting: str, part: str
) -> None:
    beat_heart("worker")
    setattr(settings, setting, f"redis://:secret@127.0.0.1:{free_port()}/0")
    response = client.get("/ready/")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "parts": ALL_OK | {part: AWAY}}
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("age", [None, timedelta(seconds=61)])
def test_ready_misses_a_worker_that_was_never_seen_or_not_lately(
    client: Client, age: timedelta | None
) -> None:
    if age:
        Heartbeat.objects.create(name="worker", beaten_at=timezone.now() - age)
    response = client.get("/ready/")
    assert response.status_code == 503
    assert response.json()["parts"] == ALL_OK | {"worker": "no sign of life in the last 60 seconds"}


@pytest.mark.django_db
def test_ready_counts_migrations_that_are_not_applied(client: Client) -> None:
    beat_heart("worker")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'backoffice'")
        removed = cursor.rowcount
    response = client.get("/ready/")
    assert response.status_code == 503
    assert response.json()["parts"] == ALL_OK | {"migrations": f"{removed} to apply"}


@pytest.mark.django_db(transaction=True)
def test_ready_says_that_the_database_is_away(client: Client) -> None:
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        response = client.get("/ready/")
    finally:
        connection.settings_dict["HOST"] = host
    assert response.status_code == 503
    assert response.json()["parts"] == {
        "database": AWAY,
        "migrations": AWAY,
        "cache": "ok",
        "broker": "ok",
        "worker": AWAY,
    }


def test_a_real_worker_makes_the_served_site_ready(live: str, worker_and_beat: Service) -> None:
    wait_until(lambda: Heartbeat.objects.filter(name="worker").exists(), what="a heartbeat")
    with urlopen(f"{live}/ready/") as answer:
        assert json.load(answer) == {"ready": True, "parts": ALL_OK}
