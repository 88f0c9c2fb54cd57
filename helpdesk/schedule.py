"""What is done again and again, and how often."""

from datetime import timedelta

from celery.schedules import crontab

PERIODIC_TASKS = {
    "sweep-reactions": {"task": "tickets.tasks.sweep", "schedule": timedelta(seconds=5)},
    "overdue-turns": {
        "task": "tickets.tasks.hand_over_overdue_turns",
        "schedule": timedelta(seconds=2),
        "options": {"expires": 2},
    },
    "sweep-bulk": {
        "task": "tickets.tasks.sweep_bulk",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "bring-back": {
        "task": "tickets.tasks.bring_back",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "look-after-queues": {
        "task": "tickets.tasks.look_after_queues",
        "schedule": timedelta(seconds=3),
        "options": {"expires": 3},
    },
    "note-promises": {
        "task": "tickets.tasks.note_promises",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 1},
    },
    "run-timed-rules": {
        "task": "tickets.tasks.run_timed_rules",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "close-quiet": {
        "task": "tickets.tasks.close_quiet",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "index-articles": {
        "task": "knowledgebase.tasks.index_due_articles",
        "schedule": timedelta(seconds=30),
    },
    "file-gaps": {
        "task": "bots.tasks.file_gaps",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 240},
    },
    "propose-questions": {
        "task": "bots.tasks.propose_questions",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 600},
    },
    "learn-conversations": {
        "task": "bots.tasks.learn_conversations",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 20},
    },
    "deliver-notifications": {
        "task": "tickets.tasks.deliver_notifications",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5, "queue": "mail"},
    },
    "send-webhooks": {
        "task": "tickets.tasks.send_webhooks",
        "schedule": timedelta(seconds=2),
        "options": {"expires": 2, "queue": "mail"},
    },
    "send-mail": {
        "task": "tickets.tasks.send_mail",
        "schedule": timedelta(seconds=2),
        "options": {"expires": 2, "queue": "mail"},
    },
    "fill-search": {
        "task": "tickets.tasks.fill_search",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
    "heartbeat": {
        "task": "helpdesk.tasks.heartbeat",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 10},
    },
    "calibrate": {"task": "bots.tasks.calibrate", "schedule": crontab("0", "3", day_of_week="1")},
    "clean-up": {"task": "tickets.tasks.clean_up", "schedule": timedelta(hours=1)},
}
