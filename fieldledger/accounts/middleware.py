"""Which business the signed-in person works in."""

import re
from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from fieldledger.accounts.models import Business, Membership
from fieldledger.accounts.roles import Right, may

TRAINING: Final = "/training"
LEARN: Final = "/learn/"  # Outside of training: where one begins and ends.
# Programs come with a key, whose business it is; these know no training.
_NEVER_TRAINING: Final = ("/api/", "/qbwc")
# Who somebody is and how they sign in is real everywhere.
_REAL: Final = "/accounts/"

# What comes before a file's name, plain or with other letters than English ones (RFC 6266, 4.3).
_FILE_NAME: Final = re.compile("filename(?:=\"|\\*=utf-8'')")


class Training:
    """Shows the pages of a person's training business under an address of their own.

    Which business a page is of stands in its address alone, never in the session: a form that was
    opened in training can only be sent to training, whatever is open in other tabs.
    """

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `/training/...` as the page behind it, in the training business."""
        inside = request.path_info.startswith(f"{TRAINING}/")
        request.in_training = inside  # type: ignore[attr-defined]
        if not inside:
            return self.respond(request)
        rest = request.path_info.removeprefix(TRAINING)
        if rest.startswith(_NEVER_TRAINING):
            raise Http404
        if rest.startswith(_REAL):
            real = request.get_full_path().replace(TRAINING, "", 1)
            return HttpResponseRedirect(real, preserve_request=True)
        before = get_script_prefix()
        request.path_info = request.META["PATH_INFO"] = rest
        request.META["SCRIPT_NAME"] = request.META.get("SCRIPT_NAME", "") + TRAINING
        set_script_prefix(f"{before.rstrip('/')}{TRAINING}/")
        try:
            response = self.respond(request)
        finally:
            set_script_prefix(before)
        # A file that was downloaded here lies beside real ones: its name says where it is from.
        if kept_as := response.headers.get("Content-Disposition"):
            marked = _FILE_NAME.sub(r"\g<0>training-", kept_as, count=1)
            response.headers["Content-Disposition"] = marked
        return response


class CurrentBusiness:
    """Sets `request.membership` and `request.business`, and the business's time zone.

    Both are None for a stranger, and for a person who is in no business.
    """

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the time zone of the business."""
        membership = membership_of(request)
        if membership is None and is_in_training(request) and request.user.is_authenticated:
            is_part = bool(request.headers.get("HX-Request"))
            return HttpResponseClientRedirect(LEARN) if is_part else HttpResponseRedirect(LEARN)
        business: Business | None = membership.business if membership else None
        request.membership = membership  # type: ignore[attr-defined]
        request.business = business  # type: ignore[attr-defined]
        if business is None:
            return self.respond(request)
        with timezone.override(ZoneInfo(business.time_zone)):
            return self.respond(request)


def membership_of(request: HttpRequest) -> Membership | None:
    """Return the signed-in person's place in their first business, or in their training's.

    Training is lost with the right to begin one: who was given a smaller role, or was taken out of
    the business, is led out of it as if it had ended.
    """
    if not request.user.is_authenticated:
        return None
    memberships = Membership.objects.select_related("business").filter(user_id=request.user.pk)
    real = memberships.filter(business__learner=None).order_by("pk").first()
    if not is_in_training(request):
        return real
    if real is None or not may(real.role, Right.CONNECT):
        return None
    return memberships.filter(business__learner_id=request.user.pk).first()


def is_in_training(request: HttpRequest) -> bool:
    """Whether the request is for a page of the training business."""
    return bool(getattr(request, "in_training", False))
