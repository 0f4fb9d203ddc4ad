"""Which business the signed-in person works in."""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone

from fieldledger.accounts.models import Business, Membership

TRAINING: Final = "/training"
# Programs come with a key, whose business it is; these know no training.
_NEVER_TRAINING: Final = ("/api/", "/qbwc")


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
        before = get_script_prefix()
        request.path_info = request.META["PATH_INFO"] = rest
        request.META["SCRIPT_NAME"] = request.META.get("SCRIPT_NAME", "") + TRAINING
        set_script_prefix(f"{before.rstrip('/')}{TRAINING}/")
        try:
            return self.respond(request)
        finally:
            set_script_prefix(before)


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
            return HttpResponseRedirect("/learn/")  # It was ended, perhaps in another tab.
        business: Business | None = membership.business if membership else None
        request.membership = membership  # type: ignore[attr-defined]
        request.business = business  # type: ignore[attr-defined]
        if business is None:
            return self.respond(request)
        with timezone.override(ZoneInfo(business.time_zone)):
            return self.respond(request)


def membership_of(request: HttpRequest) -> Membership | None:
    """Return the signed-in person's place in their first business, or in their training's."""
    if not request.user.is_authenticated:
        return None
    memberships = Membership.objects.select_related("business").filter(user_id=request.user.pk)
    if is_in_training(request):
        return memberships.filter(business__learner_id=request.user.pk).first()
    return memberships.filter(business__learner=None).order_by("pk").first()


def is_in_training(request: HttpRequest) -> bool:
    """Whether the request is for a page of the training business."""
    return bool(getattr(request, "in_training", False))
