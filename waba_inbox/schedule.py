"""What runs by the clock: a name, the task it wakes, and how often. Beat only rings; every task may run twice."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

CLOCK: dict[str, dict[str, Any]] = {
    "drain what a lost bell left behind": {"task": "webhooks.tasks.sweep", "schedule": 5.0},
    "deliver what is due": {"task": "conversations.tasks.sweep_outbox", "schedule": 5.0},
    "ask about held numbers": {
        "task": "conversations.tasks.probe_held_numbers",
        "schedule": 20.0,
    },
    "fetch media that are due": {"task": "conversations.tasks.sweep_media", "schedule": 15.0},
    "open what was snoozed until now": {
        "task": "conversations.tasks.wake_snoozed",
        "schedule": 10.0,
    },
    "send what is due by now": {"task": "waba_inbox.tasks.send_scheduled", "schedule": 5.0},
    "mail what was missed": {"task": "conversations.tasks.mail_missed_mentions", "schedule": 60.0},
    "apply parked statuses": {"task": "conversations.tasks.sweep_parked", "schedule": 30.0},
    "keep the books": {"task": "billing.tasks.sweep_books", "schedule": 10.0},
    "watch the budgets": {
        "task": "billing.tasks.watch_budgets",
        "schedule": crontab(minute="*/10"),
    },
    "let go of what never arrived": {
        "task": "billing.tasks.expire_unarrived",
        "schedule": crontab(hour="3", minute="40"),
    },
    "ask Meta what it has counted": {
        "task": "billing.tasks.ask_meta_all",
        "schedule": crontab(hour="4", minute="20"),
    },
    "ask Meta for the templates": {
        "task": "templates_app.tasks.sync_all",
        "schedule": crontab(minute="*/15"),
    },
    "hand out what waits": {"task": "conversations.tasks.sweep_waiting", "schedule": 5.0},
    "ask the rules": {"task": "conversations.tasks.sweep_rules", "schedule": 10.0},
    "ask how it was": {"task": "conversations.tasks.ask_surveys", "schedule": 10.0},
    "see who has left": {"task": "events.tasks.sweep_lines", "schedule": 20.0},
    "tell Meta whom to block": {"task": "conversations.tasks.sweep_blocks", "schedule": 10.0},
    "do what waits to be done": {"task": "conversations.tasks.sweep_jobs", "schedule": 20.0},
    "ask Meta how numbers stand": {
        "task": "quality.tasks.poll_all",
        "schedule": crontab(minute="*/5"),
    },
    "count people reached, notice silence": {
        "task": "quality.tasks.measure_all",
        "schedule": 60.0,
    },
    "choose what to look at": {
        "task": "coaching.tasks.draw_due",
        "schedule": crontab(day_of_week="mon", minute="20"),
    },
    "reckon how long things took": {"task": "reports.tasks.gather_all", "schedule": 30.0},
    "tell of new alerts": {"task": "quality.tasks.tell_news", "schedule": 10.0},
    "remind of templates that are needed": {
        "task": "templates_app.tasks.remind",
        "schedule": crontab(minute="*/5"),
    },
    "go on with acts on many": {"task": "waba_inbox.tasks.sweep_bulk", "schedule": 20.0},
    "keep house": {
        "task": "waba_inbox.tasks.keep_house",
        "schedule": crontab(hour="2", minute="30"),
    },
    "say that a worker lives": {"task": "events.tasks.heartbeat", "schedule": 10.0},
}
