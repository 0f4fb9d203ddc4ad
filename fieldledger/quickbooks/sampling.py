"""The mapping's test row: how an invoice of the office's own would arrive in QuickBooks.

The rules that send it write it, with the ids of today's choices; nothing is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from fieldledger.office.models import Invoice, InvoiceLine, LineKind, Method
from fieldledger.qbxml.objects import InvoiceAdd, InvoiceLineAdd, Ref
from fieldledger.quickbooks.choices import choices_of
from fieldledger.quickbooks.company import facts_of
from fieldledger.quickbooks.contents import discount_of
from fieldledger.quickbooks.models import RANK, Connection, QuickBooksRecord, SyncEntry
from fieldledger.sync.content import (
    ITEM_TYPES,
    Choices,
    InvoiceContent,
    Kind,
    LineContent,
)
from fieldledger.sync.mapping import CannotBeSent, write_invoice

TYPE_WORDS: Final[Mapping[str, str]] = {
    "ItemService": "service item",
    "ItemNonInventory": "non-inventory item",
    "ItemInventory": "inventory item",
}
_UNDEPOSITED: Final = "Undeposited Funds"
_LOOKED_AT: Final = 50  # Newest invoices, of which the fullest is taken.


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLine:
    """A line as it would stand in QuickBooks, and where its item posts."""

    item: str
    description: str
    amount: Decimal
    posts_to: str
    is_new: bool  # Its item is still to be made there.


@dataclass(slots=True, kw_only=True)
class Sample:
    """An invoice as it would arrive; `refused` says why it would not, `notes` what is changed."""

    number: str
    client: str
    lines: list[SampleLine] = field(default_factory=list)
    tax: str = ""
    terms: str = ""
    transaction_class: str = ""
    payments: list[str] = field(default_factory=list)
    refused: str = ""
    notes: list[str] = field(default_factory=list)


def sample_invoice(connection: Connection) -> Sample | None:
    """Return a recent invoice as it would arrive with today's mapping; None if there is none."""
    invoice = _fullest(connection)
    if invoice is None:
        return None
    lines = list(InvoiceLine.objects.filter(invoice=invoice).select_related("item"))
    lines.sort(key=lambda each: each.position)
    entries = _entries(connection, lines)
    choices, facts = choices_of(connection), facts_of(connection)
    sample = Sample(number=invoice.number, client=_client_name(connection, invoice))
    try:
        sent = write_invoice(
            _content(invoice, lines, entries), choices=choices, facts=facts, notes=sample.notes
        )
    except CannotBeSent as error:
        sample.refused = error.sentence
        return sample
    assert isinstance(sent, InvoiceAdd)
    refs = [sent.item_sales_tax_ref, sent.terms_ref, sent.class_ref]
    names = _names(connection, choices, [*refs, *(each.item_ref for each in sent.invoice_line_add)])
    of_ours = _with_content(lines)
    for line, going in zip(of_ours, sent.invoice_line_add, strict=False):
        sample.lines.append(_line(line, going, entries, choices, names))
    # Below the work stand a discount, tips and fees, and a tax of its own.
    sample.lines += [
        SampleLine(
            item=_called(each.item_ref, names),
            description=each.desc or "",
            amount=each.rate if each.amount is None and each.rate else each.amount or Decimal(0),
            posts_to="the account its item has in QuickBooks",
            is_new=False,
        )
        for each in sent.invoice_line_add[len(of_ours) :]
    ]
    sample.tax = _called(sent.item_sales_tax_ref, names)
    sample.terms = _called(sent.terms_ref, names)
    sample.transaction_class = _called(sent.class_ref, names)
    sample.payments = _payments(invoice, choices, names)
    return sample


def _fullest(connection: Connection) -> Invoice | None:
    """Return the newest invoice that shows most: with tax, terms and a payment, if there is one."""
    invoices = (
        Invoice.objects.filter(business_id=connection.business_id, voided_at=None)
        .select_related("client", "tax_rate")
        .order_by("-pk")[:_LOOKED_AT]
    )
    shown = [(bool(each.tax) + bool(each.terms) + bool(each.paid), each) for each in invoices]
    most = max((number for number, _ in shown), default=0)
    return next((each for number, each in shown if number == most), None)


def _entries(connection: Connection, lines: Iterable[InvoiceLine]) -> dict[int, SyncEntry]:
    keys = [each.item_id for each in lines if each.item_id]
    found = SyncEntry.objects.filter(
        connection=connection, rank=RANK[Kind.ITEM], record_id__in=keys
    ).exclude(quickbooks_id="")
    return {each.record_id: each for each in found}


def _client_name(connection: Connection, invoice: Invoice) -> str:
    """Return what the client is called there, as far as anybody knows."""
    entry = SyncEntry.objects.filter(
        connection=connection, rank=RANK[Kind.CLIENT], record_id=invoice.client_id
    ).first()
    return (entry.quickbooks_name if entry else "") or invoice.client.name


def _content(
    invoice: Invoice, lines: Sequence[InvoiceLine], entries: Mapping[int, SyncEntry]
) -> InvoiceContent:
    rate = invoice.tax_rate
    return InvoiceContent(
        guid=invoice.guid,
        number=invoice.number,
        date=invoice.date,
        due_date=invoice.due_date,
        terms=invoice.terms,
        tax_rate_guid=rate.guid if rate else None,
        tax_rate_name=rate.name if rate else "",
        memo=invoice.memo,
        # What is not in QuickBooks yet stands under our own id.
        customer_list_id=str(invoice.client.guid),
        lines=tuple(
            LineContent(
                item_list_id=_list_id(line, entries),
                item_name=line.item.name if line.item else "",
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                amount=line.amount,
                taxable=line.taxable,
                kind=line.kind,
            )
            for line in lines
        ),
        **discount_of(invoice, lines),
        subtotal=invoice.subtotal,
        tax=invoice.tax,
        total=invoice.total,
    )


def _list_id(line: InvoiceLine, entries: Mapping[int, SyncEntry]) -> str | None:
    if line.item is None:
        return None
    entry = entries.get(line.item.pk)
    return entry.quickbooks_id if entry else str(line.item.guid)


def _with_content(lines: Iterable[InvoiceLine]) -> list[InvoiceLine]:
    """Return the lines of work that are sent: see write_invoice."""
    return [
        each
        for each in lines
        if each.kind == LineKind.WORK and (each.item_id or each.description.strip() or each.amount)
    ]


def _names(connection: Connection, choices: Choices, refs: Iterable[Ref | None]) -> dict[str, str]:
    """Return {ListID: name in QuickBooks} of everything that is shown."""
    wanted = {each.list_id for each in refs if each is not None and each.list_id}
    wanted |= {*choices.payment_methods.values(), *choices.deposit_accounts.values()}
    wanted |= {*choices.item_accounts.values(), choices.income_account or ""}
    return dict(
        QuickBooksRecord.objects.filter(connection=connection, list_id__in=wanted).values_list(
            "list_id", "full_name"
        )
    )


def _called(ref: Ref | None, names: Mapping[str, str]) -> str:
    return names.get(ref.list_id or "", "") if ref is not None else ""


def _line(
    line: InvoiceLine,
    going: InvoiceLineAdd,
    entries: Mapping[int, SyncEntry],
    choices: Choices,
    names: Mapping[str, str],
) -> SampleLine:
    item, posts_to, is_new = _called(going.item_ref, names), "", False
    if line.item is not None and line.item.pk not in entries:
        account = choices.item_accounts.get(line.item.guid) or choices.income_account
        made = choices.item_types.get(line.item.kind, ITEM_TYPES["service"])
        item, is_new = f"{line.item.name} (new {TYPE_WORDS[made]})", True
        posts_to = names.get(account or "", "no account chosen yet")
    elif going.item_ref is not None:
        if line.item is not None:  # What we have made since the lists were read is in none of them.
            item = item or entries[line.item.pk].quickbooks_name
        posts_to = "the account its item has in QuickBooks"
    return SampleLine(
        item=item or "a text without an item",
        description=line.description,
        amount=line.amount,
        posts_to=posts_to,
        is_new=is_new,
    )


def _payments(invoice: Invoice, choices: Choices, names: Mapping[str, str]) -> list[str]:
    told = []
    for payment in invoice.payments.filter(voided_at=None).order_by("pk")[:5]:
        method = names.get(choices.payment_methods.get(payment.method, ""), "")
        account = names.get(choices.deposit_accounts.get(payment.method, ""), _UNDEPOSITED)
        by = f"as “{method}”" if method else f"{Method(payment.method).label}, without a method"
        told.append(f"${payment.amount:,.2f} {by}, put into {account}")
    return told
