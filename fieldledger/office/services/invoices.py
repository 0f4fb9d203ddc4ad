"""Making invoices, and giving them numbers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import THE_SYSTEM
from fieldledger.office.fields import Values
from fieldledger.office.models import NUMBER_LENGTH_MAX, Invoice, InvoiceLine, TaxRate
from fieldledger.office.refusals import Refused, refusal
from fieldledger.office.services.invoice_drafts import (
    InvoiceDraft,
    amounts_of,
    read_invoice_drafts,
)
from fieldledger.office.services.records import (
    EXTERNAL_ID_TAKEN,
    Draft,
    atomically,
    note_made,
    outcomes,
    refuse_taken,
    the_one,
)

_LOOK_AHEAD: Final = 100  # Numbers beyond those needed, in case some were given by hand.


def create_invoice(
    *, business: Business, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Invoice:
    """Make an invoice; without a number it gets the next free one.

    A line takes its description, price and tax mark from its item where it names none.

    :raises Refused: if something is wrong with `values`.
    """
    return the_one(create_invoices(business=business, many=[values], now=now, actor=actor))


@atomically
def create_invoices(
    *, business: Business, many: Sequence[Values], now: datetime, actor: str = THE_SYSTEM
) -> list[Invoice | Refused]:
    """Make up to 500 invoices; return in their order each invoice, or why it was refused."""
    drafts = read_invoice_drafts(business, many)
    rows = [_row(draft, business, now) for draft in drafts]
    # One writer of invoices at a time in a business: numbers follow each other without gaps.
    locked = Business.objects.select_for_update(no_key=True).get(pk=business.pk)
    refuse_taken_numbers(drafts, business)
    accepted = [(draft, row) for draft, row in zip(drafts, rows, strict=True) if not draft.errors]
    unnumbered = [row for _, row in accepted if not row.number]
    given = {row.number for _, row in accepted}
    numbers = _free_numbers(locked, len(unnumbered), given)
    for row, number in zip(unnumbered, numbers, strict=True):
        row.number = number
    made = Invoice.objects.bulk_create([row for _, row in accepted])
    InvoiceLine.objects.bulk_create(
        line.row(invoice.pk, position)
        for invoice, (draft, _) in zip(made, accepted, strict=True)
        for position, line in enumerate(draft.lines or (), start=1)
    )
    note_made(business=business, kind="invoice", records=made, now=now, actor=actor)
    return outcomes(drafts, made)


def refuse_taken_numbers(
    drafts: Sequence[Draft], business: Business, own_pk: int | None = None
) -> None:
    """Refuse each draft whose number or external id another invoice has."""
    refuse_taken(
        drafts,
        "number",
        model=Invoice,
        business=business,
        sentence="Another invoice already has the number {}.",
        own_pk=own_pk,
    )
    refuse_taken(
        drafts,
        "external_id",
        model=Invoice,
        business=business,
        sentence=EXTERNAL_ID_TAKEN.format(kind="invoice"),
        own_pk=own_pk,
    )


def _row(draft: InvoiceDraft, business: Business, now: datetime) -> Invoice:
    """Return the row of a draft; the draft is refused where its totals cannot be."""
    rate = draft.values.get("tax_rate")
    work, extras = amounts_of(draft.lines or ())
    totals = draft.totals(work, rate if isinstance(rate, TaxRate) else None, extras=extras)
    return Invoice(
        business=business,
        created_at=now,
        updated_at=now,
        extras=totals.extras,
        subtotal=totals.subtotal,
        tax=totals.tax,
        total=totals.total,
        **{**draft.values, "discount": totals.discount},
    )


def _free_numbers(business: Business, count: int, given: Collection[str]) -> list[str]:
    """Return the next `count` numbers that no invoice has, and move the business's mark."""
    if not count:
        return []
    free: list[str] = []
    candidate = business.next_invoice_number
    while len(free) < count:
        window = [
            str(number) for number in range(candidate, candidate + count - len(free) + _LOOK_AHEAD)
        ]
        rows = Invoice.objects.filter(business=business, number__in=window)
        taken = {*rows.values_list("number", flat=True), *given}
        for number in window:
            candidate += 1
            if number not in taken:
                free.append(number)
                if len(free) == count:
                    break
    if len(free[-1]) > NUMBER_LENGTH_MAX:
        raise refusal("number", "There is no free invoice number left; give one by hand.")
    Business.objects.filter(pk=business.pk).update(next_invoice_number=candidate)
    return free
