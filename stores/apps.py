from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from backoffice.lib.acting import TellsWho
from stores.audited import AUDITED

TELLS_WHO = TellsWho(AUDITED)


class StoresConfig(AppConfig):
    name = "stores"

    def ready(self) -> None:
        connection_created.connect(_tell_who)


def _tell_who(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Each connection says who writes what is audited."""
    if TELLS_WHO not in connection.execute_wrappers:
        connection.execute_wrappers.append(TELLS_WHO)
