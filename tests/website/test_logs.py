import io
import json
import logging
import sys

import structlog

from fieldledger.website.logs import JsonLine, logging_settings


def written(*records: logging.LogRecord) -> list[str]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    for each in records:
        handler.handle(each)
    return stream.getvalue().splitlines()


def record(message: str, *words: object, error: bool = False) -> logging.LogRecord:
    trouble = sys.exc_info() if error else None
    return logging.LogRecord("door", logging.WARNING, "x.py", 1, message, words, trouble)


def test_an_event_is_one_line_of_json_whatever_it_holds() -> None:
    hostile = 'a\nb\r\n{"event": "forged"}\u2028\x1b[31m%s\0\ud800'

    (line,) = written(record("user %s", hostile))

    event = json.loads(line)
    assert event["event"] == f"user {hostile}"
    assert (event["level"], event["logger"]) == ("warning", "door")
    assert event["timestamp"].endswith("Z")
    assert line.isascii()


def test_a_long_text_is_cut_and_says_how_long_it_was() -> None:
    (line,) = written(record("x" * 5_000_000))

    assert len(line) < 8192
    assert "(5000000 characters)" in line


def test_an_exception_stays_in_its_line() -> None:
    try:
        raise ValueError("broken\nin two")
    except ValueError:
        (line,) = written(record("failed", error=True))

    assert "ValueError" in json.loads(line)["exception"]


def test_our_own_events_carry_their_words() -> None:
    logger = logging.getLogger("tests.events")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    logger.addHandler(handler)
    try:
        structlog.get_logger("tests.events").warning("password refused", connection="fl-x", tries=3)
        structlog.get_logger("tests.events").info("not worth a line")
    finally:
        logger.removeHandler(handler)

    (line,) = stream.getvalue().splitlines()
    event = json.loads(line)
    assert (event["event"], event["connection"], event["tries"]) == ("password refused", "fl-x", 3)


def test_the_log_is_quiet_unless_something_needs_a_look() -> None:
    assert logging_settings()["root"]["level"] == "WARNING"
