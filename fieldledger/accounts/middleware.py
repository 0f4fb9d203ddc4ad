"""Which business the signed-in person works in."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from fieldledger.accounts.models import Business, Membership


class CurrentBusiness:
    """Sets `request.membership` and `request.business`, and the business's time zone.

    Both are None for a stranger, and for a person who is in no business.
    """

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the time zone of the business."""
        membership = membership_of(request)
        business: Business | None = membership.business if membership else None
        request.membership = membership  # type: ignore[attr-defined]
        request.business = business  # type: ignore[attr-defined]
        if business is None:
            return self.respond(request)
        with timezone.override(ZoneInfo(business.time_zone)):
            return self.respond(request)


def membership_of(request: HttpRequest) -> Membership | None:
    """Return the signed-in person's place in their first business."""
    if not request.user.is_authenticated:
        return None
    memberships = Membership.objects.select_related("business").filter(user_id=request.user.pk)
    return memberships.order_by("pk").first()
