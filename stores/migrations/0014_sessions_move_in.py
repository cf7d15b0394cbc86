from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations
from django.utils import timezone


def take_over(apps, editor):
    """Bring the open sessions of Django's own table along, so that nobody has to sign in again."""
    with editor.connection.cursor() as cursor:
        if "django_session" not in editor.connection.introspection.table_names(cursor):
            return
        cursor.execute("SELECT session_key, session_data, expire_date FROM django_session")
        rows = cursor.fetchall()
    people = set(apps.get_model("stores", "User").objects.values_list("pk", flat=True))
    apps.get_model("stores", "Session").objects.bulk_create(
        _moved(apps, row, people) for row in rows if row[2] > timezone.now()
    )
    editor.execute("DROP TABLE django_session")


def _moved(apps, row, people):
    key, data, expires = row
    held = SessionStore().decode(data)
    user = int(held[SESSION_KEY]) if HASH_SESSION_KEY in held else None
    seen = timezone.now() if user in people else None
    return apps.get_model("stores", "Session")(
        session_key=key,
        session_data=data,
        expire_date=expires,
        user_id=user if user in people else None,
        signed_in_at=seen,
        last_seen_at=seen,
    )


def remember_invitations(apps, _editor):
    """Whoever was invited and never came was invited when their mail was written."""
    users = apps.get_model("stores", "User").objects.filter(last_login=None)
    mails = apps.get_model("stores", "Mail").objects.filter(key__startswith="invitation ")
    for reader, moment in mails.values_list("reader_id", "created_at"):
        users.filter(pk=reader).update(invited_at=moment)


class Migration(migrations.Migration):
    dependencies = [("stores", "0013_sessions_and_security")]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RunPython(remember_invitations, migrations.RunPython.noop),
    ]
