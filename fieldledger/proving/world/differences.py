"""Where a record in a company file says something else than ours, for whoever judges."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from fieldledger.office.models import Payment
from fieldledger.simulator.company import Company
from fieldledger.simulator.state import Fields, Record
from fieldledger.sync.content import Kind

MadeFor = Mapping[str, tuple[int, UUID]]
Parts = dict[
    UUID | str, Decimal
]  # What goes where: by our guid, or QuickBooks' id of what is not ours.


def difference(
    kind: Kind,
    record: Any,
    there: Record,
    company: Company,
    made_for: MadeFor,
    *,
    absent: Collection[UUID] = (),
) -> str:
    """Return where QuickBooks' record says something else than ours; "" if nowhere.

    `absent` are records of ours that people took out there: a check that paid one back pays
    nothing back meanwhile.
    """
    fields = there.fields
    pairs: list[tuple[Any, Any]]
    match kind:
        case Kind.CLIENT:
            pairs = [(fields.get("Phone", ""), record.phone), (there.active, not record.archived)]
        case Kind.ITEM:
            side = fields.get("SalesOrPurchase") or {}
            other = fields.get("SalesAndPurchase") or {}
            price = side.get("Price") or other.get("SalesPrice") or fields.get("SalesPrice") or "0"
            pairs = [(Decimal(price), record.price)]
        case Kind.INVOICE | Kind.CREDIT:
            total = Decimal(fields["Subtotal"] + fields["SalesTaxTotal"]) / 100
            pairs = [(total, Decimal(0))]
            if not record.voided:  # What people wrote into it before it was made void stays.
                pairs = [(total, record.total), *_headings(fields, record.date, record.number)]
        case Kind.REFUND:
            parts = _parts_there(there, company, made_for)
            memo = record.credit.guid
            goes = {} if memo in absent and not parts else {memo: record.amount}
            pairs = [(Decimal(fields["Amount"]) / 100, record.amount), (parts, goes)]
            pairs += _headings(fields, record.date, record.reference)
        case Kind.PAYMENT:
            parts = _parts_there(there, company, made_for)
            pairs = [(Decimal(fields["TotalAmount"]) / 100, record.amount)]
            pairs += [(parts, _parts_here(record))]
            pairs += _headings(fields, record.date, record.reference)
    return ", ".join(
        f"{_said(theirs)} there, {_said(ours)} here" for theirs, ours in pairs if theirs != ours
    )


def _headings(fields: Fields, day: date, number: str) -> list[tuple[str, str]]:
    return [(fields["TxnDate"], f"{day}"), (fields.get("RefNumber", ""), number)]


def _parts_there(there: Record, company: Company, made_for: MadeFor) -> Parts:
    """Return what a payment or check is applied to in a company file."""
    found: Parts = {}
    for each in there.fields["Applied"]:
        of = made_for.get(company.state.records[each["TxnID"]].origin.request_id)
        key: UUID | str = each["TxnID"] if of is None else of[1]
        found[key] = found.get(key, Decimal(0)) + Decimal(each["Amount"]) / 100
    return {key: amount for key, amount in found.items() if amount}


def _parts_here(payment: Payment) -> Parts:
    if payment.invoice is not None:
        return {payment.invoice.guid: payment.amount}
    parts = payment.applications.select_related("invoice")
    return {each.invoice.guid: each.amount for each in parts if each.amount}


def _said(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return _listed(f"{amount} on {key}" for key, amount in value.items())


def _listed(parts: Iterable[str]) -> str:
    return " and ".join(parts) or "nothing"
