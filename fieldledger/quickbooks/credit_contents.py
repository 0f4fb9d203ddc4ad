"""What credit memos and refunds of ours say now, as the rules want it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from fieldledger.office.models import Client, Credit, CreditLine, Refund
from fieldledger.quickbooks.contents import UNDONE, Loaded, entries_of, is_known_there, is_there
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.sync.content import Address, InvoiceContent, Kind, LineContent, RefundContent
from fieldledger.sync.crediting import NOUN

_ADDRESS: Final = ("line1", "line2", "city", "state", "postal_code", "country")


def credits_of(connection: Connection, ids: Sequence[int]) -> dict[int, Loaded]:
    """Return {primary key: the credit memo, its client and items named by their ListIDs}."""
    found = list(Credit.objects.filter(pk__in=ids).select_related("client", "tax_rate"))
    lines: dict[int, list[CreditLine]] = defaultdict(list)
    for line in (
        CreditLine.objects.filter(credit__in=[each.pk for each in found])
        .select_related("item")
        .order_by("credit_id", "position")
    ):
        lines[line.credit_id].append(line)
    customers = entries_of(connection, Kind.CLIENT, (each.client_id for each in found))
    items = (line.item_id for each in lines.values() for line in each if line.item_id)
    parts = entries_of(connection, Kind.ITEM, items)
    paid_back = _paid_back(connection, [each.pk for each in found if each.voided])
    return {
        each.pk: Loaded(
            revision=each.revision,
            voided=True,
            amount=each.total,
            missing=paid_back.get(each.pk),
        )
        if each.voided
        else _loaded(each, lines[each.pk], customers, parts)
        for each in found
    }


def _paid_back(connection: Connection, voided: Sequence[int]) -> dict[int, SyncEntry]:
    """Return a refund that QuickBooks still has of each of these credit memos, if there is one.

    It goes first: QuickBooks may void no credit that was used.
    """
    if not voided:
        return {}
    of = dict(Refund.objects.filter(credit__in=voided).values_list("pk", "credit_id"))
    return {
        of[entry.record_id]: entry
        for entry in entries_of(connection, Kind.REFUND, of).values()
        if entry.quickbooks_id and entry.state in UNDONE
    }


def _loaded(
    credit: Credit,
    lines: Sequence[CreditLine],
    customers: Mapping[int, SyncEntry],
    parts: Mapping[int, SyncEntry],
) -> Loaded:
    customer = customers.get(credit.client_id)
    if not is_there(customer):
        return Loaded(revision=credit.revision, missing=customer)
    for line in lines:
        part = parts.get(line.item_id) if line.item_id else None
        if line.item_id and not is_there(part):
            return Loaded(revision=credit.revision, missing=part)
    content = InvoiceContent(
        guid=credit.guid,
        noun=NOUN,
        number=credit.number,
        date=credit.date,
        tax_rate_guid=credit.tax_rate.guid if credit.tax_rate else None,
        tax_rate_name=credit.tax_rate.name if credit.tax_rate else "",
        memo=credit.reason,
        customer_list_id=customer.quickbooks_id,
        customer_name=credit.client.name,
        customer_billing=_billing(credit.client),
        lines=tuple(_line(line, parts) for line in lines),
        subtotal=credit.subtotal,
        tax=credit.tax,
        total=credit.total,
    )
    return Loaded(revision=credit.revision, content=content, amount=credit.total)


def _billing(client: Client) -> Address:
    return Address(**{each: getattr(client, f"billing_{each}") for each in _ADDRESS})


def _line(line: CreditLine, parts: Mapping[int, SyncEntry]) -> LineContent:
    return LineContent(
        item_list_id=parts[line.item_id].quickbooks_id if line.item_id else None,
        item_name=line.item.name if line.item else "",
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        taxable=line.taxable,
    )


def refunds_of(connection: Connection, ids: Sequence[int]) -> dict[int, Loaded]:
    """Return {primary key: the refund, its credit memo named by its TxnID}."""
    found = list(Refund.objects.filter(pk__in=ids).select_related("credit"))
    memos = entries_of(connection, Kind.CREDIT, (each.credit_id for each in found))
    customers = entries_of(connection, Kind.CLIENT, (each.credit.client_id for each in found))
    return {each.pk: _refund(each, memos, customers) for each in found}


def _refund(
    refund: Refund, memos: Mapping[int, SyncEntry], customers: Mapping[int, SyncEntry]
) -> Loaded:
    memo, customer = memos.get(refund.credit_id), customers.get(refund.credit.client_id)
    content = missing = None
    if refund.voided:
        pass
    elif not is_known_there(memo):
        missing = memo
    elif not is_there(customer):
        missing = customer
    else:
        content = RefundContent(
            guid=refund.guid,
            credit_txn_id=memo.quickbooks_id,
            credit_number=refund.credit.number,
            customer_list_id=customer.quickbooks_id,
            amount=refund.amount,
            date=refund.date,
            method=refund.get_method_display(),
            number=refund.reference,
        )
    return Loaded(
        revision=refund.revision,
        content=content,
        missing=missing,
        voided=refund.voided,
        amount=refund.amount,
    )
