"""What goes into the log, and how a line of it looks."""

from typing import Any


def logging(level: str) -> dict[str, Any]:
    """The value of Django's LOGGING; `level` is of everything that has none of its own."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": "tickets.intake.request_ids.InLog"}},
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s%(request_id)s: %(message)s"}
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request"],
            }
        },
        # Beat asks for something every two seconds: that it was done is said, not that it was asked.
        "loggers": {
            "celery.worker.strategy": {"level": "WARNING"},
            "mail.log": {"level": "WARNING"},  # aiosmtpd, of every call
            "imapclient": {"level": "WARNING"},  # at DEBUG it says what is sent, log-ins among it
        },
        "root": {"handlers": ["console"], "level": level},
    }
