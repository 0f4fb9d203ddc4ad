"""How the API says no: RFC 9457 problem documents, with a plain sentence and the fields concerned.

Every answer under /api/ whose status is 400 or more is one of these. `type` points to the place in
the readable docs that explains the kind of problem.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpResponse

CONTENT_TYPE: Final = "application/problem+json"
DOCS: Final = "/api/v1/docs"

Errors = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """A kind of problem: its anchor in the docs, its title, and what it says by itself."""

    slug: str
    title: str
    detail: str


KINDS: Final[Mapping[int, ProblemKind]] = {
    400: ProblemKind(
        slug="malformed",
        title="The request cannot be read",
        detail="This request cannot be read. Check that the body is one JSON document in UTF-8 and"
        " that the address is the one this server is known by.",
    ),
    401: ProblemKind(
        slug="key-missing",
        title="No valid key",
        detail="Send a valid API key: `Authorization: Bearer KEY`. The owner of the business makes"
        " keys, and can end them.",
    ),
    403: ProblemKind(
        slug="not-allowed",
        title="This key may not do that",
        detail="This key may only read. Use a key that may also write.",
    ),
    404: ProblemKind(
        slug="not-found",
        title="Not found",
        detail="There is nothing at this address.",
    ),
    405: ProblemKind(
        slug="method-not-allowed",
        title="Not that method",
        detail="This address does not take that method; the header Allow names those it takes.",
    ),
    409: ProblemKind(
        slug="conflict",
        title="Not possible now",
        detail="This is not possible as things stand.",
    ),
    413: ProblemKind(
        slug="too-large",
        title="Too large",
        detail="The body is larger than 5 MB. Send the records in several requests.",
    ),
    415: ProblemKind(
        slug="not-json",
        title="Not JSON",
        detail="Send the body as JSON in UTF-8, with the header `Content-Type: application/json`.",
    ),
    422: ProblemKind(
        slug="invalid",
        title="Something in the request is wrong",
        detail="Nothing was saved. `errors` names what is wrong, field by field.",
    ),
    429: ProblemKind(
        slug="too-many-requests",
        title="Too many requests",
        detail="This key sends more requests than this server takes. Wait as many seconds as the"
        " header Retry-After says; the bulk addresses take 500 records in one request.",
    ),
    500: ProblemKind(
        slug="server-error",
        title="Something went wrong on our side",
        detail="The fault is the server's and was noted; nothing of this request was saved."
        " Trying again with the same Idempotency-Key is safe.",
    ),
    503: ProblemKind(
        slug="busy",
        title="Busy",
        detail="The database is busy; nothing of this request was saved. Try again in a moment with"
        " the same Idempotency-Key.",
    ),
}


class Problem(Exception):
    """An answer that says no; raised anywhere, written by whoever catches it."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        errors: Errors | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        super().__init__(status, detail)

    def response(self) -> HttpResponse:
        """Return the HTTP answer."""
        return write_problem(self.status, self.detail, errors=self.errors, headers=self.headers)


def not_found(what: str) -> Problem:
    """Return the problem that no such record is there; somebody else's counts as not there."""
    return Problem(404, f"There is no {what} with this id.")


def invalid(errors: Errors, detail: str = "") -> Problem:
    """Return the problem that fields are wrong; `errors` has sentences by field."""
    return Problem(422, detail or _summary(errors), errors=errors)


def problem_document(
    status: int, detail: str = "", *, errors: Errors | None = None
) -> dict[str, Any]:
    """Return a problem as JSON has it."""
    kind = KINDS.get(status)
    document: dict[str, Any] = {
        "type": f"{DOCS}#problem-{kind.slug}" if kind else "about:blank",
        "title": kind.title if kind else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or (kind.detail if kind else HTTPStatus(status).description),
    }
    if errors is not None or status == HTTPStatus.UNPROCESSABLE_ENTITY:
        document["errors"] = dict(errors or {})
    return document


def write_problem(
    status: int,
    detail: str = "",
    *,
    errors: Errors | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the HTTP answer of a problem."""
    document = problem_document(status, detail, errors=errors)
    return HttpResponse(
        json.dumps(document, ensure_ascii=True),
        status=status,
        content_type=CONTENT_TYPE,
        headers=dict(headers or {}),
    )


def _summary(errors: Errors) -> str:
    """Return one sentence for a log: the first thing wrong, and how many more there are."""
    sentences = [sentence for each in errors.values() for sentence in each]
    if not sentences:
        return ""
    more = len(sentences) - 1
    rest = f" (And {more} more: see `errors`.)" if more else ""
    return f"Nothing was saved: {sentences[0]}{rest}"
