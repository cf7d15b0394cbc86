"""Settings of every process: web, worker, beat and commands.

What differs between machines comes from the environment, through `env` and its typed sisters,
and a wrong value stops the process at start with a sentence that names it.
"""

import os
from datetime import time
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from backoffice.lib.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Reading the environment ---------------------------------------------------------------------


def env(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} in the environment.")
    return value


def env_bool(name: str, default: bool) -> bool:
    value = env(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def env_int(name: str, default: int) -> int:
    value = env(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def env_time(name: str, default: str) -> time:
    value = env(name, default)
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a time such as 07:00, not {value!r}.") from None


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


def database_from_url(url: str) -> dict[str, Any]:
    """Django's settings of a `postgresql://user:password@host:port/name?option=value` address."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "comptoir",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": parts.port or "",
        "OPTIONS": query,
    }


# --- Where things are ----------------------------------------------------------------------------

RUN_DIR = Path(env("RUN_DIR", str(BASE_DIR / ".run")))  # data of the embedded servers, dev mailbox


def read_run_environment() -> None:
    """Take the addresses that `make run` wrote down, so that `manage.py` finds its servers."""
    written = RUN_DIR / "environment"
    if written.exists():
        for line in written.read_text().splitlines():
            name, _equals, value = line.partition("=")
            os.environ.setdefault(name, value)


read_run_environment()

DEVELOPMENT = env_bool("DEVELOPMENT", True)  # a machine that nobody else can reach
DEBUG = env_bool("DEBUG", False)  # Django's own error pages, for who mends the code
DEVELOPMENT_SECRET = "for development only, never for a machine that others can reach"
SECRET_KEY = env("SECRET_KEY", DEVELOPMENT_SECRET)
if not DEVELOPMENT and SECRET_KEY == DEVELOPMENT_SECRET:
    raise ImproperlyConfigured("Set SECRET_KEY in the environment: DEVELOPMENT is off.")
SECRET_KEY_FALLBACKS = env_list(
    "SECRET_KEY_FALLBACKS"
)  # former ones: what they signed is still read
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEVELOPMENT else "")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SITE_URL = env("SITE_URL", f"http://127.0.0.1:{env('PORT', '8000')}")  # for links in mails

# --- Applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "worker",
    "backoffice",
    "shop",
    "sales",
    "inventory",
    "stores",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "backoffice.assets.AssetsConfig",  # django.contrib.staticfiles
    "django.forms",
]
MIDDLEWARE = [
    "backoffice.lib.requests.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backoffice.lib.requests.RefuseBadTextMiddleware",
    "backoffice.lib.requests.HeadMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "stores.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "stores.middleware.ProfileMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "backoffice.lib.requests.BusyMiddleware",
]
ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stores.context.shell",
            ],
            "builtins": ["backoffice.templatetags.comptoir"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "tables/table.html"

# --- Database ------------------------------------------------------------------------------------

DATABASE_POOL = env_int("DATABASE_POOL", 0)  # connections per web process; workers have no pool
DATABASE = database_from_url(env("DATABASE_URL", "postgresql://localhost/comptoir"))
DATABASE["CONN_HEALTH_CHECKS"] = True
DATABASE["OPTIONS"]["options"] = f"-c lock_timeout={env_int('LOCK_TIMEOUT_MS', 3000)}"
if DATABASE_POOL:
    DATABASE["OPTIONS"]["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 5}
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache and broker: one Redis-protocol server, and nothing that matters in it -----------------

REDIS_URL = env("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "backoffice.lib.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "comptoir",
        "OPTIONS": {"socket_connect_timeout": 0.25, "socket_timeout": 0.5},
    }
}
CELERY_BROKER_URL = env("BROKER_URL", REDIS_URL)

# --- People --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "stores.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "stores:home"
ACCOUNT_ADAPTER = "stores.adapter.AccountAdapter"
MFA_ADAPTER = "stores.secrets.TwoFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # by the same steps: a second factor is asked for
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {"login": "stores.sign_in_form.SignInForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # other sessions end; this one stays
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXIES", 0)  # that write X-Forwarded-For
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}  # stores.actions.sign_in holds the one

SESSION_ENGINE = "stores.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CART_COOKIE_NAME = "cart"  # of a visitor
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Languages, numbers, time --------------------------------------------------------------------

LANGUAGE_CODE = env("DEFAULT_LANGUAGE", "en")  # of whom nothing else is known
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "backoffice" / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["backoffice.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- The company: what its row says at first; from then on /head-office/settings/ does --------------

MAIL_FROM = parseaddr(env("MAIL_FROM", "Comptoir <comptoir@comptoir.example>"))
FIRST_COMPANY = {
    "currency": env("CURRENCY", "EUR"),
    "time_zone": env("OFFICE_TIME_ZONE", "Europe/Paris"),  # of head office
    "language": LANGUAGE_CODE,
    "mail_name": MAIL_FROM[0] or "Comptoir",
    "mail_address": MAIL_FROM[1],
    "digest_at": env_time("DIGEST_AT", "07:00"),  # local, when the daily digest of alerts goes out
}
HOUSE = "stores.house.read"  # reads the row for what pages show of it
HOUSE_UNREAD: dict[str, Any] = {  # shown while no database answers
    "name": "Comptoir",
    "currency": FIRST_COMPANY["currency"],
    "time_zone": FIRST_COMPANY["time_zone"],
    "language": LANGUAGE_CODE,
    "languages": ("en", "fr"),
    "version": 0,
}

# --- Assets --------------------------------------------------------------------------------------

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("tabler", NODE_MODULES / "@tabler" / "core" / "dist" / "css"),
]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEVELOPMENT
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *Compressor.SKIP_COMPRESS_EXTENSIONS,
    "map",  # large, and asked for by the developers' tools of a browser alone
)
if not DEVELOPMENT:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# --- Mail ----------------------------------------------------------------------------------------

MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env("SMTP_HOST", "127.0.0.1"),
            "port": env_int("SMTP_PORT", 1025),
            "username": env("SMTP_USER", ""),
            "password": env("SMTP_PASSWORD", ""),
            "use_tls": env_bool("SMTP_TLS", False),
            "timeout": 10,
        },
    }
}
MAILBOX_DIR = RUN_DIR / "mailbox"  # what the SMTP server of `make run` received, for /dev/mail/
SHOW_MAILBOX = DEVELOPMENT  # /dev/mail/
HEARTBEAT_SECONDS = 60  # a worker that did nothing for longer counts as away
ALERT_DIGEST_SECONDS = env_int("ALERT_DIGEST_SECONDS", 600)
REPORTS_PER_PERSON = env_int("REPORTS_PER_PERSON", 60)  # asked for within ten minutes
REPORT_MAIL_BYTES = env_int("REPORT_MAIL_BYTES", 10_000_000)  # of the files that a mail carries
SWEEP_SECONDS = env_int("SWEEP_SECONDS", 30)  # how often workers look for work a nudge missed

# --- Stock ---------------------------------------------------------------------------------------

DOCUMENT_PAGES = {  # who knows the pages of the documents that move stock, by kind of document
    "adjustment": "inventory.queries.ledger.adjustment_pages",
    "restock": "inventory.queries.ledger.restock_pages",
    "transfer": "inventory.queries.transfers.transfer_pages",
    "receipt": "inventory.queries.transfers.receipt_pages",
    "sale": "sales.documents.sale_pages",
    "order": "shop.documents.order_pages",
}

# --- Shop ----------------------------------------------------------------------------------------

PAYMENT_PROVIDER = env("PAYMENT_PROVIDER", "shop.payments.SimulatedProvider")
SIMULATED_REFUSES_ABOVE = env("SIMULATED_REFUSES_ABOVE", "1000.00")  # in the company's currency
SIMULATED_DELAY_MS = env_int("SIMULATED_DELAY_MS", 0)
SIMULATED_FAILS = env_bool("SIMULATED_FAILS", False)

# --- Safety --------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["backoffice.lib.uploads.NoFiles"]
if env_bool("HTTPS", False):  # behind a proxy that ends TLS and sets X-Forwarded-Proto itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = env_bool("HSTS_PRELOAD", False)  # binds all of the domain, for years
    SILENCED_SYSTEM_CHECKS = ["security.W021"]  # that it is off: the domain's owner decides
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    CART_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-cart", "__Host-language"

# --- Logs ----------------------------------------------------------------------------------------

LOGGING = logging_config(level=env("LOG_LEVEL", "INFO"), lines_for_people=DEVELOPMENT)
