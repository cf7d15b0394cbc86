"""compose.yaml and the Dockerfile: the same chain in containers; no Docker engine is needed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT, templates

SITE = {"web", "worker", "beat", "migrate"}
SECRETS = {"SECRET_KEY": "s" * 50, "POSTGRES_PASSWORD": "secret"}


def has_docker_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0


def docker_compose_config(**variables: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in SECRETS} | variables
    command = ["docker", "compose", "--file", "compose.yaml", "config", "--format", "json"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def services(record_testsuite_property: Any) -> dict[str, Any]:
    """As `docker compose config` reads them where there is one, else as the file says."""
    if has_docker_compose():
        record_testsuite_property("compose_read_by", "docker compose config")
        found: dict[str, Any] = json.loads(docker_compose_config(**SECRETS).stdout)["services"]
    else:
        record_testsuite_property("compose_read_by", "a YAML parser")
        found = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


def test_the_chain_has_all_its_parts_in_the_right_versions(services: dict[str, Any]) -> None:
    assert set(services) == SITE | {"postgres", "redis", "mailpit"}
    assert services["postgres"]["image"] == "postgres:18"
    assert services["redis"]["image"] == "redis:8"
    assert {services[name]["image"] for name in SITE} == {"comptoir"}


def test_every_part_that_stays_up_has_a_health_check(services: dict[str, Any]) -> None:
    unchecked = [name for name, service in services.items() if "test" not in service["healthcheck"]]
    assert unchecked == ["migrate"]


def test_the_site_waits_for_the_migrations_and_they_for_the_database(
    services: dict[str, Any],
) -> None:
    for name in SITE - {"migrate"}:
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_the_site_reads_every_variable_that_it_is_given(services: dict[str, Any]) -> None:
    settings = (ROOT / "backoffice" / "settings.py").read_text()
    read = set(re.findall(r'env(?:_\w+)?\(\s*"(\w+)"', settings))
    given = {name for part in SITE for name in services[part]["environment"]}
    assert given - read == set()
    assert services["web"]["environment"]["DEVELOPMENT"] == "0"


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_nothing_starts_without_its_secrets(secret: str) -> None:
    if has_docker_compose():
        others = {name: value for name, value in SECRETS.items() if name != secret}
        refused = docker_compose_config(**others)
        assert refused.returncode != 0
        assert f"set {secret}" in refused.stderr
    else:
        uses = re.findall(rf"\${{{secret}([^}}]*)}}", (ROOT / "compose.yaml").read_text())
        assert uses
        assert [use for use in uses if not use.startswith(":?set ")] == []


def test_the_image_runs_locked_packages_as_somebody_without_rights() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r /tmp/base.txt" in dockerfile
    assert "npm ci --omit=dev" in dockerfile
    assert dockerfile.index("collectstatic") < dockerfile.index("USER comptoir")
    assert "ARG" not in dockerfile


def test_a_production_site_collects_its_assets_and_finds_them(tmp_path: Path) -> None:
    """Each file that another one names must be there, or collecting stops."""
    production = {"DEVELOPMENT": "0", "DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    env = {**os.environ, **SECRETS, **production, "STATIC_ROOT": str(tmp_path)}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    named = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    used = {
        match
        for template in templates()
        for match in re.findall(r"{%\s*static ['\"]([^'\"]+)['\"]", template.read_text())
    }
    assert "tabler/tabler.min.css" in used
    assert used - set(named) == set()


def test_locks_pin_every_package_by_hash_and_name_no_host() -> None:
    for name in ("base.txt", "dev.txt"):
        lock = (ROOT / "requirements" / name).read_text()
        pinned = re.findall(r"^[a-z0-9][\w.\[\],-]*==[^\n]*\n(.*)", lock, re.MULTILINE)
        assert len(pinned) > 20
        assert all("--hash=sha256:" in following for following in pinned)
        assert "://" not in lock
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for path, package in packages.items() if path)


def test_the_image_holds_neither_data_nor_tests() -> None:
    left_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", ".run", ".venv", "node_modules", "tests", "**/*.mo"} <= set(left_out)
