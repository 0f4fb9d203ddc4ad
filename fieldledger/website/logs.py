"""The log: one JSON object a line on standard error, quiet unless something needs a look."""

import logging
import sys
from typing import Any

import structlog

LEVEL = "WARNING"
TEXT_LENGTH_MAX = 4000  # Characters of one value: a hostile message must not fill the disk.

_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def shorten(_logger: object, _method: str, event: structlog.types.EventDict) -> Any:
    """Cut every long text of an event."""
    for key, value in event.items():
        if isinstance(value, str) and len(value) > TEXT_LENGTH_MAX:
            event[key] = f"{value[:TEXT_LENGTH_MAX]}… ({len(value)} characters)"
    return event


class JsonLine(structlog.stdlib.ProcessorFormatter):
    """Writes any record of Python's logging, ours or a library's, as one line of JSON.

    JSON escapes line ends and every character beyond ASCII, so that no input can forge a line.
    """

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                shorten,
                structlog.processors.JSONRenderer(default=str),
            ],
        )


def logging_settings() -> dict[str, Any]:
    """Return Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLine}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": sys.stderr,
                "formatter": "json",
            }
        },
        "root": {"handlers": ["stderr"], "level": LEVEL},
        "loggers": {
            # Django's own handlers, an e-mail to the administrators among them, would write twice.
            "django": {"handlers": [], "level": LEVEL, "propagate": True},
            "django.server": {"handlers": [], "level": LEVEL, "propagate": True},
            # A 404 is no news; a stranger could fill the log with them.
            "django.request": {"level": "ERROR"},
        },
    }


def configure_structlog() -> None:
    """Let structlog write through Python's logging, filtered before an event is made."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(capture=False)
