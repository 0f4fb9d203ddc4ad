"""What a WSGI server calls: the Web Connector's door at /qbwc, Django for everything else."""

import gc
import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldledger.website.settings")

django_application = get_wsgi_application()

# After Django's start: the door needs the models.
from django.conf import settings  # noqa: E402

from fieldledger.api.middleware import PREFIX as API  # noqa: E402
from fieldledger.api.problems import CONTENT_TYPE, problem_document  # noqa: E402
from fieldledger.quickbooks import door  # noqa: E402
from fieldledger.website.slow_bodies import CountedBody, SlowBodies, TooManyBodies  # noqa: E402

DOOR = "/qbwc"
BODIES = SlowBodies()
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_AGAIN_S: Final = "10"
_TOO_MANY: Final = (
    "More is being sent to this server right now than it takes at once. Nothing was done: send it"
    f" again in {_AGAIN_S} seconds."
)

# What is loaded now stays until the end: the collector need not look through it time and again, and
# workers share its pages with the program that forks them. And a message set makes tens of
# thousands of objects that all end with it: looking every 700 of them for cycles cost a twelfth of
# a drain. Source: Python's gc.freeze and gc.set_threshold.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer one HTTP request; bodies that do not come hold nobody else up."""
    if environ["REQUEST_METHOD"] in _WITHOUT_BODY:
        return _answer(environ, start_response)
    address = door.address_of(environ)
    if BODIES.are_too_many(address):
        return _refuse(environ, start_response)
    environ["wsgi.input"] = CountedBody(BODIES, environ["wsgi.input"], address)
    try:
        return _answer(environ, start_response)
    except TooManyBodies:  # Others began between the look and the reading.
        return _refuse(environ, start_response)


def _refuse(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    content_type, body = "text/plain; charset=utf-8", _TOO_MANY.encode()
    if environ.get("PATH_INFO", "").startswith(API):
        content_type, body = CONTENT_TYPE, json.dumps(problem_document(429, _TOO_MANY)).encode()
    headers = [
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("Retry-After", _AGAIN_S),
        ("Connection", "close"),
    ]
    start_response("429 Too Many Requests", headers)
    return [body]


def _answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    path = environ.get("PATH_INFO", "")
    if path == DOOR or path.startswith(f"{DOOR}/"):
        return door.application(environ, start_response)
    if settings.PUBLIC_HTTPS:
        # The proxy in front ends TLS; there is no other way in, whatever it says about itself.
        environ["wsgi.url_scheme"] = "https"
    return django_application(environ, start_response)
