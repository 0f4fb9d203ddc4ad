"""What every page obeys: the headers that protect browsers, and how long a login lasts."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

Responder = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it browsers send `Origin: null` with every form (Fetch standard,
    # "append a request Origin header"), which the check against forged forms must refuse.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

_STARTED = "login_started_at"  # Seconds since 1970.
_SEEN = "login_seen_at"
# A part of a page that looks again by itself says so: it is no sign of a person.
POLL = "X-Poll"
_SEEN_EVERY_S = 300  # Moving the mark at each page would be a write at each page.


class SecurityHeaders:
    """Puts the protecting headers on every answer; a view may have set a stricter one."""

    def __init__(self, respond: Responder) -> None:
        self.respond = respond
        self.headers = dict(_HEADERS)
        if settings.PUBLIC_HTTPS:
            self.headers["Strict-Transport-Security"] = f"max-age={settings.HSTS_S}"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers."""
        response = self.respond(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response


class LoginLimits:
    """Ends a login after an hour of silence, and after twelve hours in any case.

    Pages of a login are never kept by a browser or a proxy: after the sign-out, the next person at
    the same computer must not find them with the Back button.
    """

    def __init__(self, respond: Responder) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, as to a stranger where the login is over."""
        if not request.user.is_authenticated:
            return self.respond(request)
        now = int(time.time())
        session = request.session
        started = session.setdefault(_STARTED, now)
        seen = session.get(_SEEN, started)
        if now - started >= settings.SESSION_COOKIE_AGE or now - seen >= settings.LOGIN_IDLE_S:
            logout(request)
        elif POLL not in request.headers and (now - seen >= _SEEN_EVERY_S or _SEEN not in session):
            session[_SEEN] = now
        response = self.respond(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
