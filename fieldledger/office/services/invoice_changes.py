"""Changing invoices and making them void."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from fieldledger.accounts.services import THE_SYSTEM
from fieldledger.office.fields import Values
from fieldledger.office.models import ZERO, Invoice, InvoiceLine, TaxRate
from fieldledger.office.refusals import Refused, refusal
from fieldledger.office.services.invoice_drafts import (
    InvoiceDraft,
    LineDraft,
    amounts_of,
    read_invoice_draft,
    surroundings_of,
)
from fieldledger.office.services.invoices import refuse_taken_numbers
from fieldledger.office.services.records import atomically, save_changes


@atomically
def update_invoice(
    *, invoice: Invoice, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Invoice:
    """Change what `values` names of an invoice; return it as it is now.

    Its lines are changed all together. Amounts and tax are worked out anew.

    :raises Refused: if something is wrong with `values`, or the invoice is void.
    """
    current = _locked(invoice)
    if current.voided:
        raise refusal("invoice", f"Invoice {current.number} is void; it can't be changed.")
    lines = list(current.lines.all())
    around = surroundings_of(
        current.business,
        [values],
        client_before=current.client_id,
        items_before={line.item_id for line in lines if line.item_id},
    )
    draft = read_invoice_draft(values, around)
    if draft.values.get("number") == "":
        draft.refuse("number", "The invoice number is missing.")
    refuse_taken_numbers([draft], current.business, own_pk=current.pk)
    _refuse_another_client(current, draft)
    totals = _totals(current, lines, draft)
    if draft.errors:
        raise Refused(draft.errors)
    touched = _save_lines(current, lines, draft.lines)
    save_changes(
        current,
        draft.values,
        business=current.business,
        kind="invoice",
        now=now,
        actor=actor,
        derive=lambda: totals,
        touched=touched,
    )
    return current


@atomically
def void_invoice(*, invoice: Invoice, now: datetime, actor: str = THE_SYSTEM) -> Invoice:
    """Make an invoice void: nothing is owed on it any more; doing it twice is once.

    :raises Refused: if something is paid on it.
    """
    current = _locked(invoice)
    if current.voided:
        return current
    if current.paid:
        raise Refused({"invoice": _what_is_in_the_way(current, "first")})
    save_changes(
        current,
        {"voided_at": now},
        business=current.business,
        kind="invoice",
        now=now,
        actor=actor,
        action="void",
    )
    return current


def _locked(invoice: Invoice) -> Invoice:
    # As in `locked_credit`, nothing is joined that may change.
    rows = Invoice.objects.select_for_update(of=["self"], no_key=True)
    return rows.select_related("business").get(pk=invoice.pk)


def _refuse_another_client(current: Invoice, draft: InvoiceDraft) -> None:
    client = draft.values.get("client", current.client)
    if client != current.client and current.paid:
        for sentence in _what_is_in_the_way(current, "before another client gets it"):
            draft.refuse("client", sentence)


def _what_is_in_the_way(current: Invoice, before: str) -> list[str]:
    """Return what was paid on an invoice, and how to undo it `before` something else is done."""
    own = _own_payments(current)
    sentences = []
    if own:
        sentences.append(
            f"Invoice {current.number} has payments of {own:,.2f}; void these {before}."
        )
    if current.paid != own:
        sentences.append(f"{_what_else_settles(current, own)}; take that off {before}.")
    return sentences


def _own_payments(current: Invoice) -> Decimal:
    """Return what was paid on an invoice itself, without deposits and credit memos."""
    amounts = current.payments.filter(voided_at=None).values_list("amount", flat=True)
    return sum(amounts, start=ZERO)


def _what_else_settles(current: Invoice, own: Decimal) -> str:
    """Return which money without a payment of its own went to an invoice."""
    credited = current.credited
    deposited = current.paid - credited - own
    parts = [
        f"{amount:,.2f} of a {what}"
        for amount, what in ((deposited, "deposit"), (credited, "credit memo"))
        if amount
    ]
    whose = f"{' and '.join(parts)} of {current.client.name}"
    return f"{whose} went to invoice {current.number}"


def _totals(
    current: Invoice, lines: Sequence[InvoiceLine], draft: InvoiceDraft
) -> Mapping[str, object]:
    """Return the columns that follow from lines, discount and tax rate; refuse what cannot be."""
    rate = draft.values.get("tax_rate", current.tax_rate)
    work, extras = amounts_of(lines if draft.lines is None else draft.lines)
    totals = draft.totals(work, rate if isinstance(rate, TaxRate) else None, current, extras=extras)
    if 0 <= totals.total < current.paid and not draft.errors:
        own = _own_payments(current)
        less = f"The total would be {totals.total:,}, less than the {current.paid:,} already paid"
        if own == current.paid:
            draft.refuse("lines", f"{less}; void a payment first.")
        else:
            way_out = "void a payment or take that off first" if own else "take that off first"
            draft.refuse("lines", f"{less}. {_what_else_settles(current, own)}; {way_out}.")
    return {
        "discount": totals.discount,
        "extras": totals.extras,
        "subtotal": totals.subtotal,
        "tax": totals.tax,
        "total": totals.total,
    }


def _save_lines(
    current: Invoice, before: Sequence[InvoiceLine], after: Sequence[LineDraft] | None
) -> set[str]:
    """Save the lines if they say something else; return {"lines"} then, else nothing."""
    if after is None or (
        len(before) == len(after)
        and all(draft.says(line) for line, draft in zip(before, after, strict=True))
    ):
        return set()
    current.lines.filter(position__gt=len(after)).delete()
    # Saved over the line of the same position, which keeps its primary key.
    InvoiceLine.objects.bulk_create(
        [draft.row(current.pk, position) for position, draft in enumerate(after, start=1)],
        update_conflicts=True,
        unique_fields=["invoice", "position"],
        update_fields=[
            "kind",
            "item",
            "description",
            "quantity",
            "unit_price",
            "taxable",
            "amount",
        ],
    )
    return {"lines"}
