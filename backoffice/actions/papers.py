"""Papers of stored reports: drawn at once if that is quick, else by a worker."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backoffice.actions.tries import MOST_TRIES, came_back
from backoffice.lib.errors import Busy, DomainError
from backoffice.lib.nudges import nudge
from backoffice.lib.retry import retrying
from backoffice.models import Snapshot, SnapshotPaper
from backoffice.reports.papers import is_quick, kept_paper
from backoffice.reports.stored import load

logger = logging.getLogger(__name__)
State = SnapshotPaper.State
REST = timedelta(minutes=1)  # then one that failed may be asked for again


def ask_for_paper(snapshot: Snapshot) -> SnapshotPaper:
    """The paper in the active language: kept, drawn now, or promised to a worker; its content is read
    when it is asked for."""
    language = (get_language() or "en")[:2]
    papers = snapshot.papers.filter(language=language).defer("content")
    paper = papers.exclude(state=State.FAILED, asked_at__lt=timezone.now() - REST).first()
    if paper is None and is_quick(snapshot):
        _draw_now(snapshot)
        return papers.get()
    return paper or _promise(snapshot, language)


@retrying
def _draw_now(snapshot: Snapshot) -> None:
    kept_paper(load(snapshot))


@retrying
@transaction.atomic
def _promise(snapshot: Snapshot, language: str) -> SnapshotPaper:
    papers = SnapshotPaper.objects.filter(snapshot=snapshot, language=language)
    new = SnapshotPaper(snapshot=snapshot, language=language)
    SnapshotPaper.objects.bulk_create([new], ignore_conflicts=True)
    again = {"state": State.WAITING, "tries": 0, "words": "", "asked_at": timezone.now()}
    papers.filter(state=State.FAILED).update(**again)
    paper = papers.get()
    nudge("reports.draw_paper", paper.pk)
    return paper


def draw_paper(paper_id: int) -> None:
    """Draw a paper that waits. One that raises is failed; one whose worker died waits for the next,
    three times at most; nothing, if another worker is at it."""
    if not begin_paper(paper_id):
        return
    try:
        _carry_out(paper_id)
    except Busy:  # it waits, and the sweep takes it up
        came_back(SnapshotPaper.objects.filter(pk=paper_id, state=State.WAITING))
    except DomainError as error:
        fail_paper(paper_id, str(error))
    except Exception:  # whatever goes wrong must end where its reader sees it
        logger.exception("paper %s was not drawn", paper_id)
        fail_paper(paper_id, "")


@retrying
@transaction.atomic
def begin_paper(paper_id: int) -> bool:
    """Count one more try; whether it may be drawn."""
    waiting = SnapshotPaper.objects.filter(pk=paper_id, state=State.WAITING)
    paper = waiting.select_for_update(skip_locked=True, no_key=True).first()
    if paper is None:
        return False
    paper.tries += 1
    if paper.tries > MOST_TRIES:
        with translation.override(paper.language):
            paper.words = _("The worker stopped three times while it drew.")
        paper.state = State.FAILED
    paper.save(update_fields=["tries", "state", "words"])
    return paper.state == State.WAITING


@retrying
@transaction.atomic
def _carry_out(paper_id: int) -> None:
    waiting = SnapshotPaper.objects.filter(pk=paper_id, state=State.WAITING)
    locked = waiting.select_for_update(of=("self",), no_key=True)
    paper = locked.select_related("snapshot__made_by").first()
    if paper is None:
        return
    with translation.override(paper.language):
        kept_paper(load(paper.snapshot))


@retrying
@transaction.atomic
def fail_paper(paper_id: int, words: str) -> None:
    """Close a paper that can't be drawn; `words` say why, if a rule of the business does."""
    waiting = SnapshotPaper.objects.filter(pk=paper_id, state=State.WAITING)
    waiting.update(state=State.FAILED, words=words[:500])


def sweep_papers() -> None:
    """Draw what waits, oldest first: a nudge was lost, or the worker died."""
    waiting = SnapshotPaper.objects.filter(state=State.WAITING).order_by("asked_at")
    for paper_id in list(waiting.values_list("pk", flat=True)):
        draw_paper(paper_id)
