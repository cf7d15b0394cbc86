from django.conf import settings
from django.urls import include, path

from backoffice.views import operations

handler500 = "backoffice.lib.pages.server_error"
urlpatterns = [
    path("health/", operations.health, name="health"),
    path("ready/", operations.ready, name="ready"),
    path("accounts/", include("stores.account_urls")),
    path("", include("backoffice.pages")),
    path("", include("stores.urls")),
    path("", include("inventory.urls")),
    path("", include("sales.urls")),
    path("", include("shop.urls")),
]
if settings.SHOW_MAILBOX:
    urlpatterns.insert(0, path("dev/mail/", include("backoffice.devmail_urls")))
