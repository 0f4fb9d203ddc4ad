"""Paying money back out of a credit memo, and making that void.

A credit memo's `refunded` is changed under its row's lock, in the transaction that makes or voids
a refund: two people who pay the last of it back at the same moment cannot both.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from fieldledger.accounts.services import THE_SYSTEM
from fieldledger.office.fields import Reader, Values, choice, day, number, optional_text, text
from fieldledger.office.models import (
    EXTERNAL_ID_LENGTH_MAX,
    NUMBER_LENGTH_MAX,
    Credit,
    Method,
    Refund,
)
from fieldledger.office.money import CENT, MONEY_MAX
from fieldledger.office.refusals import Refused, refusal
from fieldledger.office.services.credits import locked_credit
from fieldledger.office.services.records import (
    EXTERNAL_ID_TAKEN,
    atomically,
    note_made,
    read_drafts,
    refuse_taken,
    save_changes,
)

_READERS: Final[dict[str, Reader]] = {
    "amount": number("The amount", places=2, least=CENT, most=MONEY_MAX),
    "date": day("The date"),
    "method": choice("The method", Method.values),
    "reference": text("The reference", NUMBER_LENGTH_MAX),
    "external_id": optional_text("The external id", EXTERNAL_ID_LENGTH_MAX),
}


@atomically
def create_refund(
    *, credit: Credit, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Refund:
    """Pay money back out of a credit memo, at most what is left of it.

    :raises Refused: if something is wrong with `values`, or the credit memo is void.
    """
    current = locked_credit(credit)
    if current.voided:
        raise refusal("credit", f"Credit memo {current.number} is void; nothing is left of it.")
    (draft,) = read_drafts(_READERS, [values], required=["amount", "date"])
    refuse_taken(
        [draft],
        "external_id",
        model=Refund,
        business=current.business,
        sentence=EXTERNAL_ID_TAKEN.format(kind="refund"),
    )
    amount = draft.values.get("amount")
    if isinstance(amount, Decimal) and amount > current.balance:
        draft.refuse(
            "amount",
            f"The amount {amount:,} is more than is left of credit memo {current.number}:"
            f" {current.balance:,}.",
        )
    if draft.errors:
        raise Refused(draft.errors)
    refund = Refund.objects.create(
        business=current.business, credit=current, created_at=now, updated_at=now, **draft.values
    )
    _add_to_refunded(current, refund.amount)
    note_made(business=current.business, kind="refund", records=[refund], now=now, actor=actor)
    return refund


@atomically
def void_refund(*, refund: Refund, now: datetime, actor: str = THE_SYSTEM) -> Refund:
    """Make a refund void: its credit memo has the amount again; doing it twice is once."""
    credit = locked_credit(refund.credit)
    current = Refund.objects.select_for_update(no_key=True).get(pk=refund.pk)
    current.credit = credit
    if current.voided:
        return current
    _add_to_refunded(credit, -current.amount)
    save_changes(
        current,
        {"voided_at": now},
        business=credit.business,
        kind="refund",
        now=now,
        actor=actor,
        action="void",
    )
    return current


def _add_to_refunded(credit: Credit, amount: Decimal) -> None:
    credit.refunded += amount
    credit.save(update_fields=["refunded"])
