"""The card of a name that is taken in QuickBooks, and a look at it while somebody types."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right, may
from fieldledger.office.fields import guid as read_guid
from fieldledger.quickbooks import services
from fieldledger.quickbooks.clashes import clash_of, owner_of
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.afterwards import found_invoice
from fieldledger.quickbooks.services import Mistaken, NotPossible
from fieldledger.quickbooks.told_apart import told_apart_of
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import CannotBeSent, fold, quickbooks_name

_KINDS: Final = {"client": Kind.CLIENT, "item": Kind.ITEM}
_EDITING: Final = {Kind.CLIENT: Right.EDIT_CLIENTS, Kind.ITEM: Right.EDIT_ITEMS}


def card_of(request: PageRequest, connection: Connection, guid: UUID) -> dict[str, Any]:
    """Return what the card of an entry shows; {} for an entry that needs none."""
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first()
    clash = clash_of(connection, entry) if entry is not None else None
    role = request.membership.role
    if clash is None:
        apart = told_apart_of(connection, entry) if entry is not None else None
        return {"told_apart": apart, "may_link": may(role, Right.MAP)} if apart else {}
    return {
        "clash": clash,
        "may_edit": may(role, _EDITING[clash.kind]),
        "may_link": may(role, Right.MAP),
    }


def back_to(request: PageRequest, guid: UUID) -> str:
    """Return the address of the page that a card's form was on."""
    if request.POST.get("from") == "attention":
        return reverse("attention")
    if request.POST.get("from") == "invoice":
        connection = services.connection_of(request.business)
        invoice = found_invoice(request, connection, guid)
        if invoice is not None:
            return reverse("invoice", args=[invoice])
    return reverse("entry", args=[guid])


@quickbooks_page(Right.QUEUE, methods=("POST",))
def rename_entry(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Let the record go to QuickBooks under another name."""
    name = request.POST.get("name", "").strip()
    try:
        services.rename(
            connection,
            guid,
            name=name,
            # Every role that may queue may edit clients and items.
            here_too="here_too" in request.POST,
            actor=request.actor,
            now=timezone.now(),
        )
    except SyncEntry.DoesNotExist:
        raise Http404 from None
    except (Mistaken, NotPossible) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"It goes to QuickBooks as “{name}” with the next call.")
    return redirect(back_to(request, guid))


@quickbooks_page(Right.MAP, methods=("POST",))
def link_entry(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Say that the record and the one in QuickBooks are the same."""
    try:
        services.relink(
            connection,
            guid,
            quickbooks_id=request.POST.get("quickbooks_id", ""),
            actor=request.actor,
            now=timezone.now(),
        )
    except SyncEntry.DoesNotExist:
        raise Http404 from None
    except (Mistaken, NotPossible) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Linked. What waited for it goes with the next call.")
    return redirect(back_to(request, guid))


@quickbooks_page(Right.QUEUE, methods=("POST",))
def merge_entry(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Make one client of two."""
    into = read_guid(request.POST.get("into", ""))
    if not SyncEntry.objects.filter(connection=connection, guid=guid).exists():
        raise Http404
    try:
        if into is None:
            raise Mistaken({"into": ["Choose a client to merge with."]})
        kept = services.merge(connection, guid, into=into, actor=request.actor, now=timezone.now())
    except SyncEntry.DoesNotExist:
        raise Http404 from None
    except (Mistaken, NotPossible) as refusal:
        messages.error(request, str(refusal))
        return redirect(back_to(request, guid))
    messages.success(request, f"Merged into {kept.name}; the other one is in the archive.")
    return redirect("client", kept.guid)


@quickbooks_page(Right.QUEUE, methods=("POST",))
def tell_apart(request: PageRequest, connection: Connection) -> HttpResponse:
    """Give all records of a kind whose names are taken a differentiator."""
    kind = _KINDS.get(request.POST.get("kind", ""))
    if kind is None:
        raise Http404
    number = services.tell_all_apart(connection, kind, actor=request.actor, now=timezone.now())
    noun = "name was" if number == 1 else "names were"
    messages.success(request, f"{number} {noun} told apart; they go with the next call.")
    return redirect("sync_log")


@page(Right.EDIT_CLIENTS)
def name_check(request: PageRequest) -> HttpResponse:
    """Say whether QuickBooks, or another record here, has the name that somebody is typing."""
    kind = _KINDS.get(request.GET.get("kind", "client"))
    if kind is None:
        raise Http404
    connection = services.connection_of(request.business)
    shown: dict[str, Any] = {"kind": kind}
    typed = request.GET.get("name", "")
    if connection.enabled and connection.lists_read_at is not None and typed.strip():
        shown |= _checked(connection, kind, typed, read_guid(request.GET.get("own", "")))
    return render(request, "quickbooks/name_check.html", shown)


def _checked(connection: Connection, kind: Kind, typed: str, own: UUID | None) -> dict[str, Any]:
    try:
        held = quickbooks_name(typed, limit=NAME_MAX[kind])
    except CannotBeSent:
        return {}
    entries = SyncEntry.objects.filter(connection=connection, rank=RANK[kind])
    entry = entries.filter(record_guid=own).first() if own else None
    others = entries.filter(name_folded=fold(held.name)).exclude(state=State.CANCELLED)
    resolves = (
        connection.resolve_client_conflicts
        if kind == Kind.CLIENT
        else connection.resolve_item_conflicts
    )
    return {
        "owner": owner_of(connection, kind, held.name, but=entry),
        "other": (others.exclude(record_guid=own) if own else others).first(),
        "resolves": resolves,
        "held": held,
    }
