"""Two-factor sign-in as a person goes through it: set up, sign in with a code, and without the phone."""

import re
import time
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from stores.models import Company, Role
from tests.e2e.accessibility import assert_accessible
from tests.e2e.people import sign_in
from tests.factories import PASSWORD, make_staff

HALF_MINUTE = 30


def shown_by_the_phone(secret: str, *, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // HALF_MINUTE + later))


def test_an_administrator_sets_it_up_and_signs_in_with_phone_and_recovery_code(
    page: Page, tmp_path: Path
) -> None:
    admin = make_staff(Role.ADMIN)
    sign_in(page, admin)
    Company.objects.update(two_factor_roles=[Role.ADMIN])
    page.goto("/head-office/people/")
    expect(page.get_by_role("heading", name="Set up two-factor sign-in")).to_be_visible()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is wrong")
    secret = page.locator(".key-text").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(shown_by_the_phone(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_visible()
    assert_accessible(page)
    codes = page.locator(".recovery-codes li").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    saved = tmp_path / "codes.txt"
    download.value.save_as(saved)
    assert [code for code in codes if code in saved.read_text()] == codes
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url(re.compile("/head-office/people/$"))

    _sign_out_and_type_password(page, admin.email)
    expect(page.get_by_role("heading", name="Type the code")).to_be_visible()
    expect(page.get_by_label("Code")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type(shown_by_the_phone(secret, later=1))  # the code of now is used
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/head-office/$"))

    _sign_out_and_type_password(page, admin.email)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/head-office/$"))
    page.goto("/profile/security/")
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
    expect(page.get_by_text("this one")).to_be_visible()
    assert_accessible(page)


def _sign_out_and_type_password(page: Page, email: str) -> None:
    page.get_by_label(re.compile("Menu of")).click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
