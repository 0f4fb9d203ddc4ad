"""Reading a request's body: JSON in UTF-8, bounded, numbers kept exact."""

import hashlib
import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

from fieldledger.api.access import ApiRequest
from fieldledger.api.problems import Problem

BODY_LENGTH_MAX: Final = 5 * 1024 * 1024  # Bytes.
_NUMBER_LENGTH_MAX: Final = 100


class _Unreadable(ValueError):
    """The document is not the JSON we take; the message is a sentence."""


def read_body(request: ApiRequest) -> None:
    """Set `request.content` to what the JSON body says; None without a body.

    :raises Problem: 413 if it is too large, 415 if it is not JSON, 400 if it cannot be read.
    """
    body = _read_bytes(request)
    request._body = body  # noqa: SLF001 - What request.body answers.
    request.content = None
    if body:
        _require_json(request)
        request.content = read_json(body)


def read_json(body: bytes) -> Any:
    """Return what a JSON document says, its numbers as int or Decimal.

    :raises Problem: 400 if it cannot be read.
    """
    try:
        # A byte order mark, as some Windows programs put before UTF-8, says nothing.
        return json.loads(
            body.decode("utf-8-sig"),
            parse_float=_read_number,
            parse_int=_read_whole_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_read_object,
        )
    except UnicodeDecodeError:
        raise Problem(400, "The body is not UTF-8.") from None
    except RecursionError:
        raise Problem(400, "The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise Problem(
            400, f"The body is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from None
    except _Unreadable as error:
        raise Problem(400, str(error)) from None


def digest_of(content: Any) -> str:
    """Return what tells one JSON content from another, whatever the order of its names."""
    canonical = json.dumps(content, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _read_bytes(request: HttpRequest) -> bytes:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > BODY_LENGTH_MAX:
        raise Problem(413)
    try:
        body = _stream_of(request).read(BODY_LENGTH_MAX + 1)
    except OSError:
        raise Problem(400, "The connection broke before the whole body had arrived.") from None
    if len(body) > BODY_LENGTH_MAX:
        raise Problem(413)
    return bytes(body)


def _stream_of(request: HttpRequest) -> Any:
    # .NET and others send JSON in chunks without saying its length. Django reads nothing then; the
    # server ends the stream itself.
    chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    if chunked and isinstance(request, WSGIRequest):
        return request.environ["wsgi.input"]
    return request


def _require_json(request: HttpRequest) -> None:
    kind = request.content_type or ""
    charset = (request.content_params or {}).get("charset", "utf-8").strip("\"'").lower()
    is_json = kind in {"", "application/json", "text/json"} or kind.endswith("+json")
    if not is_json or charset not in {"utf-8", "utf8", "us-ascii"}:
        raise Problem(415)


def _read_number(text: str) -> Decimal:
    if len(text) > _NUMBER_LENGTH_MAX:
        raise _Unreadable(f"The body holds a number of {len(text)} characters.")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _Unreadable(f"The body holds a number that cannot be read: {text}.") from None
    # An exponent is cheap to write and dear to write out.
    if number and abs(number.adjusted()) > _NUMBER_LENGTH_MAX:
        raise _Unreadable(f"The body holds a number that is out of all range: {text}.")
    return number


def _read_whole_number(text: str) -> int:
    if len(text) > _NUMBER_LENGTH_MAX:
        raise _Unreadable(f"The body holds a number of {len(text)} characters.")
    return int(text)


def _refuse_constant(text: str) -> NoReturn:
    raise _Unreadable(f"{text} is not JSON.")


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        shown = twice[:60].encode("ascii", "backslashreplace").decode("ascii")
        raise _Unreadable(f"The body names {shown!r} twice in one object.")
    return found
