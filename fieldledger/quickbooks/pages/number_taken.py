"""The card of an invoice whose number another one has in QuickBooks: both, and the ways out."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right, may
from fieldledger.office.models import Invoice, InvoiceLine
from fieldledger.qbxml.values import read_number
from fieldledger.quickbooks import services
from fieldledger.quickbooks.linking_invoice import Comparison, comparison_of
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.clash import back_to
from fieldledger.quickbooks.services import NotPossible
from fieldledger.sync.fields import INVOICE_NUMBER_MAX
from fieldledger.sync.naming import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What both sides say of one thing."""

    what: str
    here: str
    there: str
    is_other: bool


def number_card_of(
    request: PageRequest, connection: Connection, guid: UUID | None
) -> dict[str, Any]:
    """Return what the card shows; {} for an entry that does not stand for its number."""
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first() if guid else None
    found = comparison_of(connection, entry)
    if found is None:
        return {}
    role = request.membership.role
    return {
        "taken": found,
        "taken_rows": _rows(found),
        "number_limit": INVOICE_NUMBER_MAX,
        "may_link_invoice": may(role, Right.MAP),
        "may_renumber": may(role, Right.EDIT_INVOICES),
    }


def _rows(found: Comparison) -> list[Row]:
    here, there = found.here, found.there
    rows = [
        _row("Number", here.number, there.number, fold(here.number) != fold(there.number)),
        _row("Client", here.client.name, there.customer, None),
        _row("Date", f"{here.date:%Y-%m-%d}", f"{there.date:%Y-%m-%d}" if there.date else "", None),
    ]
    ours = [_our_line(each) for each in here.lines.select_related("item")]
    ours += [f"Discount: −{here.discount:,.2f}"] if here.discount else []
    theirs = [_their_line(each) for each in there.lines]
    for number, (one, other) in enumerate(zip_longest(ours, theirs, fillvalue=""), 1):
        rows.append(_row(f"Line {number}", one, other, None))
    rows += [
        _row(what, f"{mine:,.2f}", _money(its), None) for what, mine, its in _totals(here, found)
    ]
    return rows


def _totals(here: Invoice, found: Comparison) -> list[tuple[str, Decimal, Decimal | None]]:
    there = found.there
    return [
        ("Subtotal", here.subtotal, there.subtotal),
        ("Tax", here.tax, there.tax),
        ("Total", here.total, there.total),
    ]


def _row(what: str, here: str, there: str, is_other: bool | None) -> Row:
    other = fold(here) != fold(there) if is_other is None else is_other
    return Row(what=what, here=here, there=there, is_other=other)


def _our_line(line: InvoiceLine) -> str:
    name = line.description or (line.item.name if line.item else "")
    figures = (_quantity(line.quantity), _price(line.unit_price), f"{line.amount:,.2f}")
    return _line(name, *figures)


def _their_line(line: dict[str, str]) -> str:
    name = line.get("description") or line.get("item") or ""
    amount = read_number(line.get("amount"))
    if amount is None:
        return name
    quantity, rate = read_number(line.get("quantity")), read_number(line.get("rate"))
    said = line.get("rate") or ""  # A discount's is a percentage.
    price = _price(rate) if rate is not None else said or _price(amount)
    return _line(name, _quantity(quantity or Decimal(1)), price, f"{amount:,.2f}")


def _line(name: str, quantity: str, price: str, amount: str) -> str:
    figures = f"{quantity} × {price} = {amount}"
    return f"{name}: {figures}" if name else figures


def _quantity(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _price(value: Decimal) -> str:
    """Return a price with the decimals it has, two at least."""
    return f"{value:,.2f}" if value == round(value, 2) else f"{value.normalize():,f}"


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


@quickbooks_page(Right.MAP, methods=("POST",))
def link_invoice(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Say that the invoice and the one in QuickBooks with its number are the same."""
    try:
        linked = services.link(connection, guid, actor=request.actor, now=timezone.now())
    except SyncEntry.DoesNotExist:
        raise Http404 from None
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{linked.message} Nothing was sent.")
    return redirect(back_to(request, guid))
