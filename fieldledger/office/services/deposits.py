"""Deposits: money that comes without an invoice, and goes to invoices later.

A deposit's row is locked before the invoices that it goes to, these in the order of their keys: so
two people who use it at the same moment cannot spend it twice.
"""

from datetime import datetime
from typing import Final

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import THE_SYSTEM
from fieldledger.office.fields import Reader, Values
from fieldledger.office.models import Client, Invoice, Payment
from fieldledger.office.refusals import Refused, refusal
from fieldledger.office.services.applying import read_use
from fieldledger.office.services.payments import PAYMENT_READERS, add_to_paid, locked_deposit
from fieldledger.office.services.records import (
    EXTERNAL_ID_TAKEN,
    atomically,
    note_made,
    read_drafts,
    refuse_taken,
    save_changes,
)
from fieldledger.office.services.references import References

_READERS: Final[dict[str, Reader]] = {
    **{name: read for name, read in PAYMENT_READERS.items() if name != "invoice"},
    "client": lambda value: value,
}


@atomically
def create_deposit(
    *, business: Business, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Payment:
    """Take money of a client without an invoice; it is kept until it is applied.

    :raises Refused: if something is wrong with `values`.
    """
    (draft,) = read_drafts(_READERS, [values], required=["client", "amount", "date"])
    client = References(Client, business, [draft.values["client"]]).find(draft.values["client"])
    if client is None:
        draft.refuse("client", "There is no client with this id.")
    refuse_taken(
        [draft],
        "external_id",
        model=Payment,
        business=business,
        sentence=EXTERNAL_ID_TAKEN.format(kind="payment"),
    )
    if draft.errors:
        raise Refused(draft.errors)
    made = Payment.objects.create(
        business=business, created_at=now, updated_at=now, **draft.values | {"client": client}
    )
    note_made(business=business, kind="payment", records=[made], now=now, actor=actor)
    return made


@atomically
def apply_deposit(
    *, deposit: Payment, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Payment:
    """Let `amount` of a deposit go to `invoice`, in place of what went there; 0 takes it off.

    :raises Refused: if it is more than the deposit, or the invoice, has left, the invoice is void
        or another client's, or the deposit is void.
    """
    current = locked_deposit(deposit)
    if current.voided:
        raise refusal("payment", "This deposit is void; it can't be applied.")
    use = read_use(values, current, left=current.unapplied, called="the deposit,")
    if not use.change:
        return current
    current.applications.update_or_create(invoice=use.invoice, defaults={"amount": use.amount})
    add_to_paid(use.invoice, use.change)
    save_changes(
        current,
        {"applied": current.applied + use.change},
        business=current.business,
        kind="payment",
        now=now,
        actor=actor,
        action="apply",
    )
    return current


@atomically
def pay_and_keep_the_rest(
    *, business: Business, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Payment:
    """Take more for an invoice than is owed on it: the rest is kept as the client's deposit.

    :raises Refused: if something is wrong with `values`.
    """
    named = values.get("invoice")
    invoice = References(Invoice, business, [named]).find(named)
    if invoice is None:
        raise refusal("invoice", "There is no invoice with this id.")
    given = {name: value for name, value in values.items() if name != "invoice"}
    made = create_deposit(
        business=business, values=given | {"client": invoice.client}, now=now, actor=actor
    )
    first = {"invoice": invoice, "amount": min(made.amount, invoice.balance)}
    return apply_deposit(deposit=made, values=first, now=now, actor=actor)
