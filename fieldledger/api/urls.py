"""Where the API is: everything under /api/ answers JSON, errors included."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from fieldledger.api.application import api
from fieldledger.api.docs import show_docs


@csrf_exempt  # Programs hold no cookie.
def nothing_here(_request: HttpRequest) -> NoReturn:
    """Say that there is nothing at this address."""
    raise Http404


urlpatterns = [
    path("v1/docs", show_docs, name="api-docs"),
    path("v1/", api.urls),
    re_path(r"^.*$", nothing_here),
]
