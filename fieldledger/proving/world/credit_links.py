"""Which credit memos go to which invoices, in a company file and here, for whoever judges.

By what each record was made for, never by our marks or ids.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from uuid import UUID

from fieldledger.office.models import Credit, CreditApplication, Invoice
from fieldledger.simulator.company import Company
from fieldledger.simulator.state import Record

MadeFor = Mapping[str, tuple[int, UUID]]
Pair = tuple[UUID, UUID]  # An invoice and a credit memo.


def links(company: Company, made_for: MadeFor) -> Iterator[tuple[Pair, Record, str, Decimal]]:
    """Yield each link between two records of ours: of what, the invoice, the credit, how much."""
    records = company.state.records
    for invoice in company.state.of_type("Invoice").values():
        for part in invoice.fields.get("Credits", ()):
            one = made_for.get(invoice.origin.request_id)
            other = made_for.get(records[part["TxnID"]].origin.request_id)
            if one is not None and other is not None:
                pair = one[1], other[1]
                yield pair, invoice, part["TxnID"], Decimal(part["Amount"]) / 100


def too_much(
    company: Company,
    made_for: MadeFor,
    most: Mapping[Pair, Decimal],
    by_hand: Mapping[Pair, Decimal],
) -> str:
    """Return where more of a credit memo goes to an invoice than was ever to go; "" if nowhere.

    `by_hand` is what people there applied besides.
    """
    sums: dict[Pair, Decimal] = defaultdict(Decimal)
    for pair, _, _, amount in links(company, made_for):
        sums[pair] += amount
    return ", ".join(
        f"{amount} of credit {pair[1]} goes to invoice {pair[0]}"
        for pair, amount in sums.items()
        if amount > most.get(pair, Decimal(0)) + by_hand.get(pair, Decimal(0))
    )


def differing(
    invoice: Invoice,
    company: Company,
    made_for: MadeFor,
    deleted: Mapping[str, Record],
    by_hand: Collection[Pair],
) -> str:
    """Return where QuickBooks applies another amount to an invoice than we do; "" if nowhere.

    What people deleted there is left out, as long as it is not there again, and what they applied
    or cleared: nobody looks for that before the invoice is changed or looked up.
    """
    if invoice.voided:
        return ""
    memos = company.state.of_type("CreditMemo").values()
    stands = {made_for[each.origin.request_id][1] for each in memos if is_ours(each, made_for)}
    gone = {
        made_for[each.origin.request_id][1] for each in deleted.values() if is_ours(each, made_for)
    } - stands
    there: dict[UUID, Decimal] = defaultdict(Decimal)
    for (one, other), _, _, amount in links(company, made_for):
        if one == invoice.guid:
            there[other] += amount
    rows = CreditApplication.objects.filter(invoice=invoice).select_related("credit")
    here = {each.credit: each.amount for each in rows}
    for each in Credit.objects.filter(guid__in=list(there)):
        here.setdefault(each, Decimal(0))
    return ", ".join(
        f"{there[credit.guid]} of credit {credit.pk} there, {amount} here"
        for credit, amount in here.items()
        if there[credit.guid] != amount
        and credit.guid not in gone
        and (invoice.guid, credit.guid) not in by_hand
    )


def is_ours(record: Record, made_for: MadeFor) -> bool:
    """Whether a record was made for one of ours."""
    return record.origin.request_id in made_for


def rests_on(invoice: Invoice) -> list[Credit]:
    """Return the credit memos that go to an invoice, or went."""
    return [each.credit for each in invoice.credit_applications.select_related("credit")]
