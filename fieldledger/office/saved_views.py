"""Saved views of the invoices and the sync log: who sees which, and with which a list opens."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from fieldledger.accounts.models import Business, User
from fieldledger.office.refusals import refusal
from fieldledger.office.saved_view import NAME_LENGTH_MAX, QUERY_LENGTH_MAX, SavedView

Listed = SavedView.Listed
# Unseen, but part of what is seen: emoji of several signs, and letters of some scripts.
_JOINERS: Final = {0x200C: None, 0x200D: None}  # Zero width non-joiner, zero width joiner.
VIEWS_MAX: Final = 50  # Of one person and list: more nobody tells apart in a menu.


def views_of(
    business: Business, user: User, listed: Listed = Listed.INVOICES
) -> Sequence[SavedView]:
    """Return the views of a list that a person sees, by name: their own and everybody's."""
    mine_or_shared = Q(owner=user) | Q(shared=True)
    seen = SavedView.objects.filter(mine_or_shared, business=business, listed=listed)
    return list(seen.select_related("owner").order_by("name", "pk"))


def opening_view(views: Sequence[SavedView], user: User) -> SavedView | None:
    """Return the view with which the list opens: a person's own before one for everybody."""
    chosen = sorted((each for each in views if each.opens), key=lambda each: each.owner != user)
    return chosen[0] if chosen else None


def save_view(
    *,
    business: Business,
    user: User,
    name: str,
    query: str,
    shared: bool,
    opens: bool,
    listed: Listed = Listed.INVOICES,
) -> SavedView:
    """Keep filters under a name; under a name that one has already, they take its place.

    :raises Refused: for a name that is none, filters too long to be kept, or more views than
        anybody tells apart.
    """
    name = _checked(name)
    if len(query) > QUERY_LENGTH_MAX:  # Cut off, it would show others.
        raise refusal("name", "These filters are too long to be kept: search for fewer words.")
    with transaction.atomic():
        own = SavedView.objects.filter(business=business, owner=user, listed=listed)
        if own.exclude(name=name).count() >= VIEWS_MAX:
            raise refusal("name", f"You have {VIEWS_MAX} views already. Delete one first.")
        # Two windows may save the same new name at once: the later one's filters stay.
        view, _ = SavedView.objects.update_or_create(
            business=business,
            owner=user,
            listed=listed,
            name=name,
            defaults={"query": query, "shared": shared, "opens": opens},
        )
        _only_one_opens(view)
    return view


def change_view(
    *, business: Business, user: User, guid: UUID, name: str, shared: bool, opens: bool
) -> SavedView:
    """Rename a view of one's own, and say who sees it and whether the list opens with it.

    :raises SavedView.DoesNotExist: if the person has no such view.
    :raises Refused: for a name that is none or is taken by another of their views.
    """
    name = _checked(name)
    with transaction.atomic():
        view = SavedView.objects.get(business=business, owner=user, guid=guid)
        own = SavedView.objects.filter(business=business, owner=user, listed=view.listed)
        taken = refusal("name", f"You have another view named “{name}”.")
        if own.filter(name=name).exclude(pk=view.pk).exists():
            raise taken
        view.name, view.shared, view.opens = name, shared, opens
        try:
            with transaction.atomic():
                view.save()
        except IntegrityError:  # Taken in another window since it was looked for.
            raise taken from None
        _only_one_opens(view)
    return view


def delete_view(*, business: Business, user: User, guid: UUID) -> None:
    """Forget a view of one's own; what it showed stays as it is."""
    SavedView.objects.filter(business=business, owner=user, guid=guid).delete()


def _checked(name: str) -> str:
    name = " ".join(name.split())
    seen = name.translate(_JOINERS)
    if not seen:
        raise refusal("name", "Give the view a name.")
    if not seen.isprintable():
        raise refusal("name", "The name holds a character that is not seen. Type it anew.")
    if len(name) > NAME_LENGTH_MAX:
        raise refusal("name", f"A name has at most {NAME_LENGTH_MAX} characters.")
    return name


def _only_one_opens(view: SavedView) -> None:
    if view.opens:
        others = SavedView.objects.filter(
            business_id=view.business_id, owner_id=view.owner_id, listed=view.listed
        )
        others.exclude(pk=view.pk).update(opens=False)
