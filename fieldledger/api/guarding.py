"""What stands before every operation: the key, the body, and the Idempotency-Key of writes."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from django.db import OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja.operation import Operation

from fieldledger.accounts.room import NO_ROOM, is_out_of_room
from fieldledger.api.access import READING_METHODS, ApiRequest, let_in
from fieldledger.api.bodies import digest_of, read_body
from fieldledger.api.idempotency import HEADER, answer_once
from fieldledger.api.problems import Problem, invalid
from fieldledger.api.shapes import UNKNOWN_FIELD

logger = logging.getLogger(__name__)

BUSY_AGAIN_S: Final = "1"
DOES_NOT_WORK: Final = (
    "The database does not work, so nothing was done. Sending this again helps once whoever runs"
    " this server has seen to it: `fieldledger doctor` says what is wrong."
)
# Too many connections, a lock that did not come, a statement that took too long (PostgreSQL's
# error codes, appendix A); class 40 is a transaction that had to give way to another.
_BUSY_STATES: Final = frozenset({"53300", "55P03", "57014"})

Run = Callable[..., HttpResponseBase]


def guarded(run: Run) -> Run:
    """Let an operation run only for those who may, with what it takes, and once for each key."""
    operation = cast("Operation", getattr(run, "__self__", None))
    known_queries = _names(operation, "query")
    takes_body = bool(_names(operation, "body"))

    @wraps(run)
    def answer(request: HttpRequest, **path: Any) -> HttpResponseBase:
        asked = cast("ApiRequest", request)
        try:
            asked.now = timezone.now()
            asked.caller = let_in(asked, now=asked.now)
            _refuse_unknown(set(asked.GET) - known_queries, "There is no such filter here.")
            if asked.method in READING_METHODS:
                return run(asked, **path)
            read_body(asked)
            if not takes_body:
                _refuse_content(asked.content)
            key = asked.headers.get(HEADER)
            if key is None:
                return run(asked, **path)
            return answer_once(
                business=asked.caller.business,
                key=key,
                request=f"{asked.method} {asked.path_info}",
                digest=digest_of(asked.content),
                now=asked.now,
                answer=lambda: run(asked, **path),
            )
        except Problem as problem:
            return problem.response()
        except OperationalError as error:
            return _trouble(error).response()

    return answer


def _trouble(error: OperationalError) -> Problem:
    """Return what to say of a database that could not do it: busy, full, or broken."""
    wait = {"Retry-After": BUSY_AGAIN_S}
    if is_out_of_room(error):
        logger.error("The disk is full: %s", error)
        return Problem(503, NO_ROOM, headers=wait)
    if is_busy(error):
        logger.warning("The database was busy: %s", error)
        return Problem(503, headers=wait)
    logger.error("The database does not work: %s", error)
    return Problem(503, DOES_NOT_WORK)


def is_busy(error: OperationalError) -> bool:
    """Whether the same request may pass in a moment, as with SQLite's lock that came too late."""
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    if state:
        return state in _BUSY_STATES or state.startswith("40")
    return " locked" in str(error)


def _names(operation: Operation, source: str) -> set[str]:
    """Return the names that an operation takes from the address's query, or from the body."""
    models = [each for each in operation.models if each.__ninja_param_source__ == source]
    names: set[str] = set()
    for model in models:
        names |= set(getattr(model, "__ninja_flatten_map__", None) or model.model_fields)
    return names


def _refuse_unknown(names: set[str], sentence: str) -> None:
    if names:
        raise invalid({name: [sentence] for name in sorted(names)})


def _refuse_content(content: object) -> None:
    if isinstance(content, dict):
        _refuse_unknown(set(content), UNKNOWN_FIELD)
    elif content is not None:
        raise Problem(422, "The body must be an empty JSON object, or nothing.")
