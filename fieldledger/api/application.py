"""The API as a whole: its operations, what it does with errors, and its OpenAPI document."""

from functools import cached_property
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.security import HttpBearer

from fieldledger.api import openapi
from fieldledger.api.access import ApiRequest
from fieldledger.api.endpoints import (
    clients,
    connection,
    credit_memos,
    deposits,
    entries,
    invoices,
    items,
    quickbooks,
    webhooks,
)
from fieldledger.api.guarding import guarded
from fieldledger.api.problems import Problem, invalid
from fieldledger.api.words import errors_in_words
from fieldledger.office.queries import BadCursor
from fieldledger.office.services import Refused
from fieldledger.quickbooks.errors import Mistaken, NotPossible


class ApiKeyAuth(HttpBearer):
    """Describes the key to the OpenAPI document; the guard has already let the caller in."""

    def __call__(self, request: HttpRequest) -> Any:
        """Return who calls."""
        return self.authenticate(request, "")

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # noqa: ARG002 - ninja's form.
        """Return who calls; the guard has looked at the key."""
        return cast("ApiRequest", request).caller


class _ReadParser(Parser):
    """Gives the body that the guard has read; an empty filter is none."""

    def parse_body(self, request: HttpRequest) -> Any:
        return cast("ApiRequest", request).content

    def parse_querydict(
        self, data: "MultiValueDict[str, Any]", list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        found = super().parse_querydict(data, list_fields, request)
        named = {name: value for name, value in found.items() if value != ""}
        for name, value in named.items():
            if not value.isprintable():
                raise invalid({name: ["This holds a control character."]})
        return named


class LedgerApi(NinjaAPI):
    """Version 1."""

    def get_openapi_schema(self, **_named: Any) -> OpenAPISchema:
        """Return the OpenAPI document, with what holds for all operations added."""
        return self._document

    @cached_property
    def _document(self) -> OpenAPISchema:
        document = super().get_openapi_schema()
        openapi.complete(document)
        return document


def _answer_problem(_request: HttpRequest, problem: Any) -> HttpResponse:
    return cast("Problem", problem).response()


def _answer_invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    return invalid(errors_in_words(error.errors)).response()


def _answer_refused(_request: HttpRequest, refused: Any) -> HttpResponse:
    return invalid(refused.errors).response()


def _answer_not_possible(_request: HttpRequest, error: Any) -> HttpResponse:
    return Problem(409, str(error)).response()


def _answer_bad_cursor(_request: HttpRequest, _error: Any) -> HttpResponse:
    return invalid({"cursor": ["This is not a cursor that this list has given."]}).response()


def _answer_not_found(_request: HttpRequest, _error: Any) -> HttpResponse:
    return Problem(404).response()


def _answer_http_error(_request: HttpRequest, error: Any) -> HttpResponse:
    return Problem(error.status_code).response()


def make_api() -> LedgerApi:
    """Return the API with all its addresses."""
    api = LedgerApi(
        title="Fieldledger",
        version="1.0.0",
        description=openapi.DESCRIPTION,
        urls_namespace="api-v1",
        auth=ApiKeyAuth(),
        parser=_ReadParser(),
        docs_url=None,
    )
    api.add_decorator(guarded, mode="view")
    for error, answer in (
        (Problem, _answer_problem),
        (ValidationError, _answer_invalid),
        (Refused, _answer_refused),
        (Mistaken, _answer_refused),
        (NotPossible, _answer_not_possible),
        (BadCursor, _answer_bad_cursor),
        (Http404, _answer_not_found),
        (HttpError, _answer_http_error),
    ):
        api.add_exception_handler(error, answer)
    records = (clients, items, invoices, deposits, credit_memos)
    for part in (*records, quickbooks, connection, entries, webhooks):
        api.add_router("", part.router)
    return api


api = make_api()
