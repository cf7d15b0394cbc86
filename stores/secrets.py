"""The secret that a phone and the site share: kept encrypted, shown as a picture, carried by the form."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core import signing
from django.utils.encoding import force_bytes

from stores.models import Company, User

SALT = "two-factor sign-in"
FORM_LASTS = 3600  # seconds that the page of the set-up may stay open


class TwoFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted, so that a copy of the database alone opens no account."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return Company.current().name


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(SALT.encode() + force_bytes(key)).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def begin_set_up(user: User) -> str:
    """A new secret, signed for this person; the form carries it until a code proves it."""
    return signing.dumps({"user": user.pk, "secret": generate_totp_secret()}, salt=SALT)


def secret_of(started: str, user: User) -> str | None:
    """The secret that a form carries, unless it isn't this person's or is an hour old."""
    try:
        held = signing.loads(started, salt=SALT, max_age=FORM_LASTS)
    except signing.BadSignature:
        return None
    return str(held["secret"]) if held["user"] == user.pk else None


def picture_of(secret: str, user: User) -> str:
    """The QR code that an authenticator app scans, as an address of an image."""
    adapter = TwoFactorAdapter()
    picture: str = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
