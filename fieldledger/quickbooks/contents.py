"""What records of ours say now, as the rules want it: read from the office, a kind at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeGuard

from fieldledger.office.models import Application, Client, Invoice, InvoiceLine, Item, Payment
from fieldledger.office.money import split_discount
from fieldledger.office.services.invoice_drafts import amounts_of
from fieldledger.quickbooks.models import RANK, Connection, QuickBooksRecord, SyncEntry
from fieldledger.quickbooks.paid_invoices import applications_of, payments_of
from fieldledger.quickbooks.tables import Columns, marks
from fieldledger.sync.contacts import addresses
from fieldledger.sync.content import (
    Address,
    ClientContent,
    InvoiceContent,
    ItemContent,
    Kind,
    LineContent,
    PaymentContent,
    State,
)
from fieldledger.sync.voiding import There

_ADDRESS: Final = ("line1", "line2", "city", "state", "postal_code", "country")
_CLIENT: Final = (
    "id",
    "revision",
    "guid",
    "name",
    "company_name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "notes",
    "archived",
    *(f"billing_{each}" for each in _ADDRESS),
    *(f"service_{each}" for each in _ADDRESS),
)
_BILLING: Final = slice(11, 17)
_SERVICE: Final = slice(17, 23)


_CLIENT_COLUMNS: Final = Columns(Client, _CLIENT)
_NOWHERE: Final = Address()


def _address(values: Sequence[str]) -> Address:
    if not any(values):
        return _NOWHERE
    line1, line2, city, state, postal_code, country = values
    return Address(
        line1=line1,
        line2=line2,
        city=city,
        state=state,
        postal_code=postal_code,
        country=country,
    )


def clients(ids: Sequence[int]) -> dict[int, tuple[int, ClientContent]]:
    """Return {primary key: (revision, what the client says)}."""
    if not ids:
        return {}
    return {
        row[0]: (
            row[1],
            ClientContent(
                guid=row[2],
                name=row[3],
                company_name=row[4],
                first_name=row[5],
                last_name=row[6],
                email=row[7],
                phone=row[8],
                notes=row[9],
                archived=row[10],
                billing=_address(row[_BILLING]),
                service=_address(row[_SERVICE]),
            ),
        )
        for row in _CLIENT_COLUMNS.read(f"WHERE id IN ({marks(len(ids))})", ids)
    }


def beside_other_addresses(connection: Connection, ids: Mapping[str, str]) -> set[str]:
    """Return the ListIDs of customers that hold an e-mail address of ours beside others.

    `ids` is {ListID: our address}. A client here has one address: to send it would delete the
    others in QuickBooks. Once ours is another one, what QuickBooks had is no longer kept.
    """
    if not ids:
        return set()
    kept = set()
    for record in QuickBooksRecord.objects.filter(
        connection=connection, list=QuickBooksRecord.List.ENTITIES, list_id__in=list(ids)
    ):
        there = [each.lower() for each in addresses(record.details.get("email", ""))]
        if len(there) < 2:
            continue
        if ids[record.list_id].lower() in there:
            kept.add(record.list_id)
        else:
            record.details["email"] = ids[record.list_id]
            record.save(update_fields=["details"])
    return kept


_ITEM: Final = (
    "guid",
    "name",
    "kind",
    "description",
    "price",
    "cost",
    "taxable",
    "archived",
)


def items(ids: Iterable[int]) -> dict[int, tuple[int, ItemContent]]:
    """Return {primary key: (revision, what the item says)}."""
    rows = Item.objects.filter(pk__in=list(ids)).values_list("pk", "revision", *_ITEM)
    return {row[0]: (row[1], ItemContent(**dict(zip(_ITEM, row[2:], strict=True)))) for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An invoice, payment or credit memo; `content` is None while a parent is not in QuickBooks.

    `missing` is that parent's entry; None if it has none. A void invoice has no content; what it
    misses is a payment that is to go first.
    """

    revision: int
    content: Any = None
    missing: SyncEntry | None = None
    voided: bool = False
    amount: Decimal = Decimal(0)
    unapplied: Decimal | None = None  # What of a payment goes to no invoice; nothing else has it.


def entries_of(connection: Connection, kind: Kind, records: Iterable[int]) -> dict[int, SyncEntry]:
    """Return {primary key of the record: its entry}, for those that have one."""
    return {
        entry.record_id: entry
        for entry in SyncEntry.objects.filter(
            connection=connection, rank=RANK[kind], record_id__in=set(records)
        )
    }


@dataclass(frozen=True, slots=True)
class _Bills:
    """Invoices with all that they refer to, in four statements."""

    found: Sequence[Invoice]
    lines: Mapping[int, Sequence[InvoiceLine]]
    customers: dict[int, SyncEntry]
    parts: dict[int, SyncEntry]


def _bills(connection: Connection, ids: Sequence[int]) -> _Bills:
    found = list(Invoice.objects.filter(pk__in=ids).select_related("client", "tax_rate"))
    lines: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in (
        InvoiceLine.objects.filter(invoice__in=[each.pk for each in found])
        .select_related("item")
        .order_by("invoice_id", "position")
    ):
        lines[line.invoice_id].append(line)
    customers = entries_of(connection, Kind.CLIENT, (each.client_id for each in found))
    parts = entries_of(
        connection,
        Kind.ITEM,
        (line.item_id for each in lines.values() for line in each if line.item_id),
    )
    return _Bills(found, lines, customers, parts)


def invoices(connection: Connection, ids: Sequence[int]) -> dict[int, Loaded]:
    """Return {primary key: the invoice, its client and items named by their ListIDs}."""
    bills = _bills(connection, ids)
    paying = _undone(connection, [each.pk for each in bills.found if each.voided])
    return {
        each.pk: _void(each, paying.get(each.pk))
        if each.voided
        else _invoice(each, bills.lines.get(each.pk, ()), bills.customers, bills.parts)
        for each in bills.found
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An invoice as it would go once its client and items are in QuickBooks.

    `lacking` are those that are not there: (what it is, its name, its entry; None if it has none).
    """

    invoice: Invoice
    content: InvoiceContent | None
    lacking: tuple[tuple[Kind, str, SyncEntry | None], ...] = ()


def wanted_invoices(connection: Connection, ids: Sequence[int]) -> dict[int, Wanted]:
    """Return {primary key: the invoice as if all its parents were in QuickBooks}.

    A parent that is not there stands in the content by our own id, for want of a ListID.
    """
    bills = _bills(connection, ids)
    return {
        each.pk: Wanted(invoice=each, content=None)
        if each.voided
        else _wanted(each, bills.lines.get(each.pk, ()), bills)
        for each in bills.found
    }


def _wanted(invoice: Invoice, lines: Sequence[InvoiceLine], bills: _Bills) -> Wanted:
    customer = bills.customers.get(invoice.client_id)
    lacking: dict[tuple[Kind, int], tuple[Kind, str, SyncEntry | None]] = {}
    customers, parts = dict(bills.customers), dict(bills.parts)
    if not is_there(customer):
        lacking[Kind.CLIENT, 0] = (Kind.CLIENT, invoice.client.name, customer)
        customers[invoice.client_id] = SyncEntry(quickbooks_id=str(invoice.client.guid))
    for line in lines:
        if line.item_id and line.item and not is_there(part := bills.parts.get(line.item_id)):
            lacking[Kind.ITEM, line.item_id] = (Kind.ITEM, line.item.name, part)
            parts[line.item_id] = SyncEntry(quickbooks_id=str(line.item.guid))
    loaded = _invoice(invoice, lines, customers, parts)
    return Wanted(invoice=invoice, content=loaded.content, lacking=tuple(lacking.values()))


# A payment in one of these still stands in QuickBooks, and not because a person wants it to.
UNDONE: Final = frozenset(
    {State.PENDING, State.SENDING, State.CHECKING, State.HELD, State.FAILED, State.CHANGED}
)


def _undone(connection: Connection, voided: Sequence[int]) -> dict[int, SyncEntry]:
    """Return a payment that QuickBooks still applies to each of these invoices, if any does.

    What has a payment is not voided before it: QuickBooks may refuse, or keep the money as a
    credit that nobody asked for.
    """
    paying = payments_of(voided)
    entries = entries_of(connection, Kind.PAYMENT, (each.pk for _, each in paying))
    return {
        bill: entry
        for bill, payment in paying
        if (entry := entries.get(payment.pk)) is not None
        and entry.quickbooks_id
        and entry.state in UNDONE
    }


def _void(invoice: Invoice, paying: SyncEntry | None) -> Loaded:
    return Loaded(revision=invoice.revision, voided=True, amount=invoice.total, missing=paying)


def is_there(entry: SyncEntry | None) -> TypeGuard[SyncEntry]:
    """Whether QuickBooks has it, as far as we know."""
    return (
        entry is not None
        and bool(entry.quickbooks_id)
        and entry.state != State.GONE
        and not (entry.void_there == There.DELETE and not entry.edit_sequence)  # It was deleted.
    )


def is_known_there(entry: SyncEntry | None) -> TypeGuard[SyncEntry]:
    """Whether QuickBooks has it under the id that we know.

    What is set aside keeps its id over a restore, and is looked up only when its turn comes.
    """
    return is_there(entry) and not (entry.look_first and entry.state in _SET_ASIDE)


_SET_ASIDE: Final = frozenset({State.HELD, State.IGNORED, State.FAILED})


def _invoice(
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    customers: dict[int, SyncEntry],
    parts: dict[int, SyncEntry],
) -> Loaded:
    customer = customers.get(invoice.client_id)
    if not is_there(customer):
        return Loaded(revision=invoice.revision, missing=customer)
    for line in lines:
        part = parts.get(line.item_id) if line.item_id else None
        if line.item_id and not is_there(part):
            return Loaded(revision=invoice.revision, missing=part)
    client, tax_rate = invoice.client, invoice.tax_rate
    content = InvoiceContent(
        guid=invoice.guid,
        number=invoice.number,
        date=invoice.date,
        due_date=invoice.due_date,
        terms=invoice.terms,
        tax_rate_guid=tax_rate.guid if tax_rate else None,
        tax_rate_name=tax_rate.name if tax_rate else "",
        memo=invoice.memo,
        customer_list_id=customer.quickbooks_id,
        customer_name=client.name,
        customer_billing=_address([getattr(client, f"billing_{each}") for each in _ADDRESS]),
        lines=tuple(_line(line, parts) for line in lines),
        **discount_of(invoice, lines),
        subtotal=invoice.subtotal,
        tax=invoice.tax,
        total=invoice.total,
    )
    return Loaded(revision=invoice.revision, content=content, amount=invoice.total)


def discount_of(invoice: Invoice, lines: Sequence[InvoiceLine]) -> dict[str, Any]:
    """Return what InvoiceContent says of the invoice's discount."""
    if not invoice.discount:
        return {}
    amounts, _ = amounts_of(lines)
    off_taxable, off_others = split_discount(amounts, invoice.discount)
    return {
        "discount_taxable": off_taxable,
        "discount_other": off_others,
        "discount_percent": invoice.discount_percent,
    }


def _line(line: InvoiceLine, parts: dict[int, SyncEntry]) -> LineContent:
    return LineContent(
        item_list_id=parts[line.item_id].quickbooks_id if line.item_id else None,
        item_name=line.item.name if line.item else "",
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        taxable=line.taxable,
        kind=line.kind,
    )


def payments(connection: Connection, ids: Sequence[int]) -> dict[int, Loaded]:
    """Return {primary key: the payment, its invoice named by its TxnID}."""
    rows = Payment.objects.filter(pk__in=ids).select_related("invoice__client", "client")
    found = list(rows)
    applications = applications_of(found)
    named = {each.invoice_id for each in found if each.invoice_id is not None}
    named |= {part.invoice_id for parts in applications.values() for part in parts}
    bills = entries_of(connection, Kind.INVOICE, named)
    customers = entries_of(connection, Kind.CLIENT, (each.payer.pk for each in found))
    return {
        each.pk: _deposit(each, applications.get(each.pk, ()), bills, customers)
        if each.invoice is None
        else _payment(each, each.invoice, bills, customers)
        for each in found
    }


def _deposit(
    deposit: Payment,
    applications: Sequence[Application],
    bills: dict[int, SyncEntry],
    customers: dict[int, SyncEntry],
) -> Loaded:
    """Return a deposit; it waits for its client, and for the invoices that it goes to."""
    customer = customers.get(deposit.payer.pk)
    content = missing = None
    lacking = [
        bills.get(each.invoice_id)
        for each in applications
        if each.amount and not is_there(bills.get(each.invoice_id))
    ]
    if not is_there(customer):
        missing = customer
    elif lacking:
        missing = lacking[0]
    else:
        content = PaymentContent(
            guid=deposit.guid,
            invoice_txn_id="",
            customer_list_id=customer.quickbooks_id,
            amount=deposit.amount,
            date=deposit.date,
            method=deposit.method,
            reference=deposit.reference,
            is_deposit=True,
            applied=tuple(
                (bill.quickbooks_id, each.amount)
                for each in applications
                if each.invoice.client_id == deposit.client_id
                and is_there(bill := bills.get(each.invoice_id))
            ),
            voided=deposit.voided,
        )
    return Loaded(
        revision=deposit.revision,
        content=content,
        missing=missing,
        voided=deposit.voided,
        amount=deposit.amount,
        unapplied=deposit.unapplied,
    )


def _payment(
    payment: Payment,
    invoice: Invoice,
    bills: dict[int, SyncEntry],
    customers: dict[int, SyncEntry],
) -> Loaded:
    bill = bills.get(invoice.pk)
    customer = customers.get(invoice.client_id)
    content = missing = None
    if not is_there(bill):
        missing = bill
    elif not is_there(customer):
        missing = customer
    else:
        content = PaymentContent(
            guid=payment.guid,
            invoice_txn_id=bill.quickbooks_id,
            customer_list_id=customer.quickbooks_id,
            amount=payment.amount,
            date=payment.date,
            method=payment.method,
            reference=payment.reference,
            invoice_number=invoice.number,
            voided=payment.voided,
        )
    return Loaded(
        revision=payment.revision,
        content=content,
        missing=missing,
        voided=payment.voided,
        amount=payment.amount,
        unapplied=Decimal(0),
    )
