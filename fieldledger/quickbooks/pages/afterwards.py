"""After a record stands in QuickBooks: what differs on which side, and what each choice will do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Invoice, Payment
from fieldledger.quickbooks import services
from fieldledger.quickbooks.drifting import AT_REST
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.void_choices import choices_after
from fieldledger.quickbooks.services import NotPossible
from fieldledger.quickbooks.three_columns import Columns, columns_of
from fieldledger.sync.content import Kind, State
from fieldledger.sync.taxing import TaxMode

_SHOWN_ALWAYS: Final = frozenset({State.DIFFERS, State.CHANGED, State.CHANGED_IN_QUICKBOOKS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button, and what it will do, said before it is pressed."""

    action: str  # Of services.ACTIONS, or "sync".
    words: str
    does: str
    is_main: bool = False


def afterwards_of(connection: Connection, guid: UUID | str | None) -> dict[str, Any]:
    """Return the three columns of an entry and the choices, for a template; nothing to say: {}."""
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first() if guid else None
    if entry is None:
        return {}
    columns = columns_of(connection, entry)
    void_choices = choices_after(entry)
    choices = [] if void_choices else _choices(connection, entry, columns)
    shown: dict[str, Any] = {"can_look": columns is not None and entry.state in AT_REST}
    if columns is not None:
        is_shown = entry.state in _SHOWN_ALWAYS or columns.differing or columns.seen_at
        shown |= {"columns": columns, "shows_columns": bool(is_shown)}
    shown |= {
        "after_entry": entry,
        "choices": choices,
        "void_choices": void_choices,
        "differs_by": abs(entry.differs_by or Decimal(0)) or None,
        "is_more": (entry.differs_by or 0) > 0,
        "may_round": connection.mapping.get("sales_tax_mode") in {None, "", TaxMode.QUICKBOOKS},
        "is_looked_for": entry.pk in connection.watch.get("asked", ()),
    }
    return shown


def _choices(connection: Connection, entry: SyncEntry, columns: Columns | None) -> list[Choice]:
    tax_mode = connection.mapping.get("sales_tax_mode") or TaxMode.QUICKBOOKS
    match State(entry.state):
        case State.DIFFERS:
            return [_send_again(entry, tax_mode, is_main=False), _accept_total(entry)]
        case State.CHANGED_IN_QUICKBOOKS:
            return [_send_again(entry, tax_mode, is_main=True), _leave_there()]
        case State.CHANGED:
            return [_sync_the_change(entry, columns), _keep_here()]
        case State.GONE:
            return [_send_as_new(entry), _leave_out()]
        case _:
            return []


# What sending an invoice again does about a difference in tax, by who says the tax.
_BY_TAX_MODE: Final[Mapping[str, str]] = {
    TaxMode.QUICKBOOKS: (
        "QuickBooks works the tax out itself: if that is why the total differs, it will differ"
        " again."
    ),
    TaxMode.ROUNDING_LINE: (
        "Where QuickBooks works out another tax, a rounding line makes the total the same as here."
    ),
    TaxMode.TAX_LINE: (
        "The tax goes as a line of its own with the amount that is here, so QuickBooks cannot"
        " round it otherwise."
    ),
}


def _send_again(entry: SyncEntry, tax_mode: str, *, is_main: bool) -> Choice:
    does = (
        f"Writes all that this {entry.kind} says here over what QuickBooks has, with the Web"
        " Connector's next call. It stays the same record there"
    )
    does += (
        f", with what was paid for it. {_BY_TAX_MODE.get(tax_mode, '')}".rstrip()
        if entry.kind == Kind.INVOICE
        else "; what we do not have stays as people filled it in."
    )
    return Choice(action="retry", words="Send ours again", does=does, is_main=is_main)


def _accept_total(entry: SyncEntry) -> Choice:
    by = abs(entry.differs_by or Decimal(0))
    more = "more" if (entry.differs_by or 0) > 0 else "less"
    does = (
        f"Sends nothing. QuickBooks keeps its total, {by:,.2f} {more} than here, and this counts as"
        " synced. Reports and the month's end go on showing the difference. You are asked again"
        " only if it becomes another one."
    )
    return Choice(action="accept", words="Accept QuickBooks' total", does=does)


def _leave_there() -> Choice:
    does = (
        "Sends nothing. QuickBooks keeps what somebody wrote there, and what is here stays, too."
        " You are asked again only if it is changed there once more."
    )
    return Choice(action="accept", words="Leave QuickBooks as it is", does=does)


def _sync_the_change(entry: SyncEntry, columns: Columns | None) -> Choice:
    does = (
        "Sends what was changed here, with the Web Connector's next call. Other fields stay as"
        " QuickBooks has them."
    )
    both: Sequence[str] = [] if columns is None else columns.changed_on_both
    if both:
        does += f" What somebody changed there, too, is written over: {', '.join(both).lower()}."
    words = "Sync the change" if entry.kind == Kind.INVOICE else "Sync to QuickBooks"
    return Choice(action="sync", words=words, does=does, is_main=True)


def _keep_here() -> Choice:
    does = (
        "Sends nothing: the change stays in Fieldledger alone. Release in the sync log takes that"
        " back."
    )
    return Choice(action="ignore", words="Keep it here only", does=does)


def _send_as_new(entry: SyncEntry) -> Choice:
    does = f"Looks once more whether QuickBooks has this {entry.kind}; if not, makes it anew."
    return Choice(action="retry", words="Send as new", does=does, is_main=True)


def _leave_out() -> Choice:
    does = "Sends nothing: it stays out of QuickBooks. Release in the sync log takes that back."
    return Choice(action="ignore", words="Leave it out", does=does)


@quickbooks_page(Right.QUEUE, methods=("POST",))
def look(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Have one record looked at in QuickBooks with the next session."""
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first()
    if entry is None:
        raise Http404
    try:
        services.look_now(connection, entry=entry, actor=request.actor, now=timezone.now())
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        said = "It is looked at in QuickBooks with the Web Connector's next call."
        messages.success(request, said)
    invoice = found_invoice(request, connection, guid)
    if request.POST.get("from") == "invoice" and invoice is not None:
        return redirect("invoice", invoice)
    return redirect("entry", guid)


@quickbooks_page(Right.QUEUE, methods=("POST",))
def look_at_all(request: PageRequest, connection: Connection) -> HttpResponse:
    """Have all that was sent looked at with the next session."""
    try:
        services.look_now(connection, actor=request.actor, now=timezone.now())
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        said = "What was sent is compared with the Web Connector's next call. It only reads."
        messages.success(request, said)
    return redirect("quickbooks")


def found_invoice(request: PageRequest, connection: Connection, guid: UUID) -> UUID | None:
    """Return the invoice that an entry is about, or whose payment it is about."""
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first()
    if entry is None:
        return None
    match entry.kind:
        case Kind.INVOICE:
            rows = Invoice.objects.filter(business=request.business, pk=entry.record_id)
            return rows.values_list("guid", flat=True).first()
        case Kind.PAYMENT:
            paid = Payment.objects.filter(business=request.business, pk=entry.record_id)
            return paid.values_list("invoice__guid", flat=True).first()
        case _:
            return None
