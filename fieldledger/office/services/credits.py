"""Making credit memos, changing them, making them void.

A credit memo has lines and tax as an invoice has, and a number of its own row: CM-1, CM-2.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Sum

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import THE_SYSTEM
from fieldledger.office.cents import Cents
from fieldledger.office.fields import Reader, Values, day, optional_text, text
from fieldledger.office.models import (
    EXTERNAL_ID_LENGTH_MAX,
    LONG_TEXT_LENGTH_MAX,
    NUMBER_LENGTH_MAX,
    ZERO,
    Credit,
    CreditLine,
    Invoice,
    TaxRate,
)
from fieldledger.office.refusals import Refused, refusal
from fieldledger.office.services.invoice_drafts import (
    InvoiceDraft,
    LineDraft,
    read_invoice_draft,
    surroundings_of,
)
from fieldledger.office.services.records import (
    EXTERNAL_ID_TAKEN,
    atomically,
    note_made,
    refuse_taken,
    save_changes,
)
from fieldledger.office.services.references import References

_READERS: Final[dict[str, Reader]] = {
    "number": text("The number", NUMBER_LENGTH_MAX),
    "date": day("The date"),
    "reason": text("The reason", LONG_TEXT_LENGTH_MAX, lines=True),
    "external_id": optional_text("The external id", EXTERNAL_ID_LENGTH_MAX),
}
_LOOK_AHEAD: Final = 100


@atomically
def create_credit(
    *, business: Business, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Credit:
    """Make a credit memo; without a number it gets the next free one.

    With `invoice` it is for that invoice, and for its client where none is named; all that is
    credited for one invoice is at most its total.

    :raises Refused: if something is wrong with `values`.
    """
    # One writer of credit memos at a time in a business: numbers follow each other.
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)
    named = dict(values)
    given = named.pop("invoice", None)
    invoice = References(Invoice, business, [given]).find(given)
    if invoice is not None:
        named.setdefault("client", invoice.client)
    draft = _draft(dict.fromkeys(("client", "date", "lines")) | named, business)
    if given and invoice is None:
        draft.refuse("invoice", "There is no invoice with this id.")
    rate = draft.values.get("tax_rate")
    amounts = [(line.amount, line.taxable) for line in draft.lines or ()]
    totals = draft.totals(amounts, rate if isinstance(rate, TaxRate) else None)
    _check_total(draft, totals.total)
    _refuse_taken(draft, business)
    if invoice is not None:
        _check_invoice(draft, invoice, totals.total)
    if draft.errors:
        raise Refused(draft.errors)
    credit = Credit(
        business=business,
        invoice=invoice,
        created_at=now,
        updated_at=now,
        subtotal=totals.subtotal,
        tax=totals.tax,
        total=totals.total,
        **draft.values,
    )
    credit.number = credit.number or _free_number(business)
    credit.save()
    _save_lines(credit, draft.lines or ())
    note_made(business=business, kind="credit", records=[credit], now=now, actor=actor)
    return credit


@atomically
def update_credit(
    *, credit: Credit, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Credit:
    """Change what `values` names of a credit memo; return it as it is now.

    :raises Refused: if something is wrong with `values`, or it is void.
    """
    current = locked_credit(credit)
    if current.voided:
        raise refusal("credit", f"Credit memo {current.number} is void; it can't be changed.")
    lines = list(current.lines.all())
    draft = _draft(
        values,
        current.business,
        client_before=current.client_id,
        items_before={line.item_id for line in lines if line.item_id},
    )
    if draft.values.get("number") == "":
        draft.refuse("number", "The number is missing.")
    if current.refunded and draft.values.get("client", current.client) != current.client:
        draft.refuse("client", f"It has refunds to {current.client.name}; void these first.")
    if current.applied and draft.values.get("client", current.client) != current.client:
        draft.refuse(
            "client",
            f"{current.applied:,} of it goes to invoices of {current.client.name}; take that off"
            " first.",
        )
    if current.invoice and draft.values.get("client", current.client) != current.client:
        draft.refuse("client", f"It is for invoice {current.invoice.number}, of another client.")
    _refuse_taken(draft, current.business, own_pk=current.pk)
    totals = _totals(current, lines, draft)
    if draft.errors:
        raise Refused(draft.errors)
    touched = set()
    if draft.lines is not None and not _say_the_same(lines, draft.lines):
        current.lines.all().delete()
        _save_lines(current, draft.lines)
        touched = {"lines"}
    save_changes(
        current,
        draft.values,
        business=current.business,
        kind="credit",
        now=now,
        actor=actor,
        derive=lambda: totals,
        touched=touched,
    )
    return current


@atomically
def void_credit(*, credit: Credit, now: datetime, actor: str = THE_SYSTEM) -> Credit:
    """Make a credit memo void: it is worth nothing any more; doing it twice is once.

    :raises Refused: if a refund of it is not void, or some of it goes to an invoice.
    """
    current = locked_credit(credit)
    if current.voided:
        return current
    if current.refunded:
        raise refusal(
            "credit",
            f"Credit memo {current.number} has refunds of {current.refunded:,}; void these first.",
        )
    if current.applied:
        raise refusal(
            "credit",
            f"{current.applied:,} of credit memo {current.number} goes to invoices; take that off"
            " first.",
        )
    save_changes(
        current,
        {"voided_at": now},
        business=current.business,
        kind="credit",
        now=now,
        actor=actor,
        action="void",
    )
    return current


def locked_credit(credit: Credit) -> Credit:
    """Return a credit memo with its row locked.

    Joined is only what never changes: where a merge gave it another client while this waited,
    PostgreSQL would find no row.
    """
    rows = Credit.objects.select_for_update(of=["self"], no_key=True)
    return rows.select_related("business").get(pk=credit.pk)


def _draft(
    values: Values,
    business: Business,
    *,
    client_before: int | None = None,
    items_before: set[int] | None = None,
) -> InvoiceDraft:
    given = values.get("lines")
    if isinstance(given, list | tuple):  # A tip or a fee is credited as any other line.
        lines = [
            {name: value for name, value in each.items() if name != "kind"}
            if isinstance(each, Mapping)
            else each
            for each in given
        ]
        values = {**values, "lines": lines}
    around = surroundings_of(
        business, [values], client_before=client_before, items_before=items_before or ()
    )
    draft = read_invoice_draft(values, around, _READERS)
    if "lines" in values and not values["lines"]:
        draft.errors["lines"] = ["A credit memo needs at least one line."]
    draft.values.pop("discount_percent", None)
    return draft


def _refuse_taken(draft: InvoiceDraft, business: Business, own_pk: int | None = None) -> None:
    for name, sentence in (
        ("number", "Another credit memo already has the number {}."),
        ("external_id", EXTERNAL_ID_TAKEN.format(kind="credit memo")),
    ):
        refuse_taken(
            [draft], name, model=Credit, business=business, sentence=sentence, own_pk=own_pk
        )


def _check_total(draft: InvoiceDraft, total: Decimal) -> None:
    if not draft.errors and total <= 0:
        draft.refuse("lines", f"The total would be {total:,}; a credit memo is over some amount.")


def _check_invoice(
    draft: InvoiceDraft, invoice: Invoice, total: Decimal, own_pk: int | None = None
) -> None:
    """Refuse what is credited for an invoice beyond its total, or for a void one."""
    if draft.errors:
        return
    if draft.values.get("client", invoice.client) != invoice.client:
        draft.refuse("client", f"Invoice {invoice.number} is another client's.")
    if invoice.voided:
        draft.refuse("invoice", f"Invoice {invoice.number} is void; there is nothing to credit.")
    others = Credit.objects.filter(invoice=invoice, voided_at=None)
    if own_pk is not None:
        others = others.exclude(pk=own_pk)
    credited = others.aggregate(sum=Cents(Sum("total")))["sum"] or ZERO
    if credited + total > invoice.total:
        already = f", and {credited:,.2f} is credited already" if credited else ""
        draft.refuse(
            "lines",
            f"The total would be {total:,}; invoice {invoice.number} is over"
            f" {invoice.total:,}{already}.",
        )


def _totals(
    current: Credit, lines: Sequence[CreditLine], draft: InvoiceDraft
) -> Mapping[str, object]:
    """Return the columns that follow from lines and tax rate; refuse what cannot be."""
    rate = draft.values.get("tax_rate", current.tax_rate)
    amounts = [
        (line.amount, line.taxable) for line in (lines if draft.lines is None else draft.lines)
    ]
    totals = draft.totals(amounts, rate if isinstance(rate, TaxRate) else None)
    _check_total(draft, totals.total)
    if not draft.errors and totals.total < current.refunded + current.applied:
        draft.refuse(
            "lines",
            f"The total would be {totals.total:,}, less than the {current.refunded:,} already paid"
            " back; void a refund first."
            if not current.applied
            else f"The total would be {totals.total:,}, less than what was used of it:"
            f" {current.applied:,} on invoices and {current.refunded:,} paid back.",
        )
    if current.invoice is not None and totals.total > current.total:
        _check_invoice(draft, current.invoice, totals.total, own_pk=current.pk)
    return {"subtotal": totals.subtotal, "tax": totals.tax, "total": totals.total}


def _say_the_same(before: Sequence[CreditLine], after: Sequence[LineDraft]) -> bool:
    return len(before) == len(after) and all(
        draft.says(line) for line, draft in zip(before, after, strict=True)
    )


def _save_lines(credit: Credit, lines: Sequence[LineDraft]) -> None:
    CreditLine.objects.bulk_create(
        CreditLine(
            credit=credit,
            position=position,
            item=line.item,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            taxable=line.taxable,
            amount=line.amount,
        )
        for position, line in enumerate(lines, start=1)
    )


def _free_number(business: Business) -> str:
    """Return the next number that no credit memo has."""
    rows = Credit.objects.filter(business=business)
    first = rows.count() + 1
    while True:
        window = [f"CM-{number}" for number in range(first, first + _LOOK_AHEAD)]
        taken = set(rows.filter(number__in=window).values_list("number", flat=True))
        for number in window:
            if number not in taken:
                return number
        first += _LOOK_AHEAD
