"""Which records a second person has to approve before they go, and why, in an office's words."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an owner chose; nothing asks for approval until somebody does.

    `amount_over` is money, None for no limit; `new_client_days` how many days a client counts as
    newly matched with a customer in QuickBooks, 0 for never.
    """

    amount_over: Decimal | None = None
    closed: bool = False
    edited: bool = False
    new_client_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A record that somebody wants in QuickBooks, as far as the rules look at it.

    `client_linked_at` is when its client was matched with a customer that QuickBooks had already;
    None if it was made there by us, or somebody has approved a record of it since.
    """

    amount: Decimal
    date: dt.date
    is_edited: bool = False  # After QuickBooks took it.
    client_linked_at: dt.datetime | None = None


def reasons(
    rules: Rules, subject: Subject, *, closing_date: dt.date | None, now: dt.datetime
) -> tuple[str, ...]:
    """Return why a second person has to approve the record; () if nobody has to."""
    found = []
    if rules.amount_over is not None and subject.amount > rules.amount_over:
        found.append(f"its amount {subject.amount:,.2f} is over {rules.amount_over:,.2f}")
    if rules.closed and closing_date is not None and subject.date <= closing_date:
        found.append(
            f"its date {subject.date:%Y-%m-%d} is on or before the closing date"
            f" {closing_date:%Y-%m-%d}"
        )
    if rules.edited and subject.is_edited:
        found.append("it was edited after it was synced")
    if rules.new_client_days and subject.client_linked_at is not None:
        age = now - subject.client_linked_at
        if age < dt.timedelta(days=rules.new_client_days):
            found.append(
                f"its client was matched with QuickBooks less than {rules.new_client_days} days"
                " ago, and nobody has looked at that yet"
            )
    return tuple(found)


def sentence(why: tuple[str, ...]) -> str:
    """Return the sentence that stands on a record that is held for approval."""
    return f"Somebody else has to approve it: {'; '.join(why)}."
