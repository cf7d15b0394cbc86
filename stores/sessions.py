"""Sessions in the database, each with whose it is and when it was last used.

Django's own table holds neither. Both are read with the session itself, so they cost no query.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from stores.models import Session
from stores.origin import Origin

WRITTEN_EVERY = timedelta(minutes=1)  # when it was last used


@dataclass
class Use:
    """Who uses a session since when, as its row says."""

    address: str | None = None
    browser: str = ""
    system: str = ""
    handle: UUID = field(default_factory=uuid4)
    signed_in_at: datetime = field(default_factory=timezone.now)
    last_seen_at: datetime = field(default_factory=timezone.now)


class SessionStore(DatabaseStore):
    """Django's sessions in the database, in our table."""

    use: Use | None = None  # by a person; an anonymous visitor leaves no trace

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        if row and row.user_id:
            self.use = Use(**{name: getattr(row, name) for name in Use.__dataclass_fields__})
        return row

    def create(self) -> None:
        """A row under a new key, beside the old one for a moment: under another handle, too."""
        if self.use:
            self.use = replace(self.use, handle=uuid4())
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        if user_id := data.get(SESSION_KEY):
            self.use = self.use or Use()
            row.user_id = int(user_id)
            for name, value in asdict(self.use).items():
                setattr(row, name, value)
        return row

    def begin_use(self, origin: Origin) -> None:
        """Say from where somebody signs in, before the row is written."""
        self.use = Use(**asdict(origin))

    @property
    def idle(self) -> timedelta:
        """For how long nobody used it, as far as its row knows."""
        return timezone.now() - self.use.last_seen_at if self.use else timedelta()

    @property
    def use_is_old(self) -> bool:
        """Whether its row doesn't know that it is used now."""
        return self.idle >= WRITTEN_EVERY
