"""What holds for every answer under /api/, wherever in the site it was made."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from fieldledger.api.problems import CONTENT_TYPE, write_problem

PREFIX: Final = "/api/"
_KEPT: Final = ("Allow", "Retry-After", "WWW-Authenticate")
_ERRORS_FROM: Final = 400


class ProblemsOnly:
    """Turns each error under /api/ into a problem document; answers are kept by nobody."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; what is outside the API stays as it is."""
        if not request.path_info.startswith(PREFIX):
            return self.respond(request)
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"  # HEAD is GET without the body (RFC 9110, 9.3.2).
        response = self.respond(request)
        if response.status_code >= _ERRORS_FROM and not _is_problem(response):
            kept = {name: response[name] for name in _KEPT if name in response}
            response = write_problem(response.status_code, headers=kept)
        response.headers.setdefault("Cache-Control", "no-store")
        if is_head:
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response


def _is_problem(response: HttpResponse) -> bool:
    return response.get("Content-Type", "").startswith(CONTENT_TYPE)
