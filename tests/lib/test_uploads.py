"""Files that nobody asked for: refused or skipped, and never written to the disk."""

import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import FileField, Form
from django.test import Client, RequestFactory

from backoffice.lib.fields import NameField
from tests.architecture.source import APPS
from tests.factories import make_user

PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def test_a_file_is_skipped_and_the_rest_of_the_form_read() -> None:
    data = {"name": "Ana", "file": SimpleUploadedFile("a.svg", PICTURE), "theme": "dark"}
    request = RequestFactory().post("/profile/", data)
    assert request.POST.dict() == {"name": "Ana", "theme": "dark"}
    assert request.FILES == {}


@pytest.mark.django_db
def test_a_large_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    user, client = make_user(name="Ana"), Client()
    client.force_login(user)
    file = SimpleUploadedFile("a.bin", b"x" * 3_000_000)
    answer = client.post("/profile/", {"name": "Bo", "language": "", "theme": "dark", "file": file})
    assert answer.status_code == 400
    assert list(tmp_path.iterdir()) == []
    user.refresh_from_db()
    assert user.name == "Ana"


def all_forms(form: type[Form]) -> set[type[Form]]:
    return {form}.union(*(all_forms(child) for child in form.__subclasses__()))


def test_no_form_asks_for_a_file() -> None:
    ours = [form for form in all_forms(Form) if form.__module__.split(".")[0] in APPS]
    asking = [form for form in ours for f in form.base_fields.values() if isinstance(f, FileField)]
    assert asking == []
    assert any(isinstance(f, NameField) for form in ours for f in form.base_fields.values())
