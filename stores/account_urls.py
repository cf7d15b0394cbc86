"""Sign-in and accounts, under the names that allauth links to."""

from django.urls import path, re_path

from stores.views import accounts

urlpatterns = [
    path("login/", accounts.login, name="account_login"),
    path("two-factor/", accounts.second_step, name="mfa_authenticate"),
    path("logout/", accounts.logout, name="account_logout"),
    path("signup/", accounts.signup, name="account_signup"),
    path("inactive/", accounts.inactive, name="account_inactive"),
    path("confirm-email/", accounts.verification_sent, name="account_email_verification_sent"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$", accounts.confirm_email, name="account_confirm_email"
    ),
    path("password/change/", accounts.change_password, name="account_change_password"),
    path("password/reset/", accounts.reset_password, name="account_reset_password"),
    path("password/reset/done/", accounts.reset_password_sent, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        accounts.reset_password_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.reset_password_from_key,
        name="account_reset_password_from_key",
    ),
]
