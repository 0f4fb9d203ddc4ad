"""What every page starts with: who asks, for which business, and with what right."""

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import get_script_prefix
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from fieldledger.accounts.models import Business, Membership, User
from fieldledger.accounts.roles import Right, may
from fieldledger.accounts.services import THE_SYSTEM, actor_of

Given = ParamSpec("Given")
_ACTOR = re.compile(r"\b(user|key) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


class PageRequest(HttpRequest):
    """A request of somebody who has signed in and works in a business."""

    business: Business
    membership: Membership
    user: User
    htmx: HtmxDetails
    actor: str  # What the audit trail calls this person.


Page = Callable[Concatenate[PageRequest, Given], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, Given], HttpResponseBase]


def page(*rights: Right, methods: Iterable[str] = ("GET",)) -> Callable[[Page[Given]], View[Given]]:
    """Let only people of a business in, and among them only those who hold all `rights`.

    A stranger is led to the sign-in and back; a part of a page that asks for itself makes the
    whole page go there.
    """

    def decorate(answer: Page[Given]) -> View[Given]:
        @require_http_methods([*methods, "HEAD"])
        @wraps(answer)
        def view(
            request: HttpRequest, /, *args: Given.args, **kwargs: Given.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if getattr(request, "membership", None) is None:
                return render(request, "no_business.html", status=403)
            asked = cast(PageRequest, request)
            if not all(may(asked.membership.role, right) for right in rights):
                return render(request, "not_allowed.html", status=403)
            asked.actor = actor_of(asked.user)
            return answer(asked, *args, **kwargs)

        return cast(View[Given], view)

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # What the person was looking at, not the part of it that asked.
        return HttpResponseClientRedirect(redirect_to_login(get_script_prefix()).url)
    return redirect_to_login(request.get_full_path())


class People:
    """Shows the actors of the audit trail by name; asks once for each person."""

    def __init__(self, business: Business) -> None:
        self._business_id = business.pk
        self._known = {THE_SYSTEM: "Fieldledger", "": "Fieldledger"}

    def name(self, actor: str) -> str:
        """Return a person's name, what kind of program it was, or the words themselves."""
        if actor not in self._known:
            self._known[actor] = self._find(actor)
        return self._known[actor]

    def spell(self, text: str) -> str:
        """Return a sentence with the names of those it speaks of in the place of their ids."""
        return _ACTOR.sub(lambda found: self.name(found[0]), text)

    def _find(self, actor: str) -> str:
        found = _ACTOR.fullmatch(actor)
        if found is None:
            return actor
        if found[1] == "key":
            return "a program (API key)"
        person = User.objects.filter(
            guid=UUID(found[2]), memberships__business=self._business_id
        ).first()
        return str(person) if person else "a former colleague"
