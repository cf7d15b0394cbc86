"""The timetable of beat, in UTC: sweeps that find every promised row a nudge missed.

Each sweep takes rows that are still to do; two of them, or none for days, do no harm. So beat keeps
no file of its last runs: what comes often starts anew with it, what comes rarely has its hour.
"""

import os

from celery.schedules import crontab

SWEEP = float(os.environ.get("SWEEP_SECONDS", "30"))
SUGGESTION = float(os.environ.get("SUGGESTION_SECONDS", "5"))
DIGEST = float(os.environ.get("ALERT_DIGEST_SECONDS", "600"))

SCHEDULE = {
    "heartbeat": {"task": "operations.beat_heart", "schedule": min(SWEEP, 10.0)},
    "old sign-in attempts": {
        "task": "operations.forget_sign_in_attempts",
        "schedule": crontab(minute=5),
    },
    "old sessions and sign-ins": {
        "task": "operations.forget_sessions",
        "schedule": crontab(hour="*/6", minute=10),
    },
    "ledger against the figures": {
        "task": "operations.check_ledger",
        "schedule": crontab(minute=20),
    },
    "months of the chain that are over": {
        "task": "operations.add_up_chain",
        "schedule": crontab(minute=15),
    },
    "places that open or close today": {"task": "places.sweep_days", "schedule": SWEEP},
    "approved restock requests": {"task": "inventory.sweep_restock", "schedule": SWEEP},
    "unfinished bulk approvals": {
        "task": "inventory.sweep_bulk_approvals",
        "schedule": SWEEP,
    },
    "requests that a rule approves": {"task": "inventory.sweep_rules", "schedule": SWEEP},
    "approvers to tell": {"task": "inventory.sweep_untold_approvers", "schedule": SWEEP},
    "waiting mails": {"task": "mail.sweep_mails", "schedule": SWEEP},
    "alerts against the figures": {
        "task": "inventory.review_alerts",
        "schedule": crontab(minute=35),
    },
    "what is late or waits": {"task": "inventory.sweep_alerts", "schedule": 60.0},
    "alert digests": {"task": "inventory.tell_alerts", "schedule": DIGEST},
    "daily digests of alerts": {"task": "inventory.send_daily_digests", "schedule": 2 * SWEEP},
    "suggestions after what moved": {
        "task": "inventory.refresh_moved",
        "schedule": SUGGESTION,
        "options": {"expires": 60.0},  # while no worker is there, they don't pile up
    },
    "suggestions afresh": {
        "task": "inventory.refresh_suggestions",
        "schedule": crontab(minute=50),
    },
    "unpaid orders": {"task": "shop.expire_orders", "schedule": SWEEP},
    "unsettled payments": {"task": "shop.sweep_payments", "schedule": SWEEP},
    "paid orders": {"task": "shop.sweep_paid_orders", "schedule": SWEEP},
    "forgotten carts": {
        "task": "shop.forget_carts",
        "schedule": crontab(hour="*/6", minute=40),
    },
    "scheduled reports that are due": {
        "task": "reports.plan_reports",
        "schedule": min(2 * SWEEP, 60.0),
    },
    "scheduled reports to make": {"task": "reports.sweep_reports", "schedule": SWEEP},
    "reports that somebody asked for by mail": {
        "task": "reports.sweep_letters",
        "schedule": SWEEP,
    },
    "papers of reports to draw": {"task": "reports.sweep_papers", "schedule": SWEEP},
    "reports that are no longer kept": {
        "task": "reports.sweep_old_snapshots",
        "schedule": crontab(hour=1, minute=40),
    },
    "mails that are no longer kept": {
        "task": "mail.sweep_old_mails",
        "schedule": crontab(hour=1, minute=50),
    },
    "reports that a worker makes": {"task": "reports.sweep_snapshots", "schedule": SWEEP},
}
