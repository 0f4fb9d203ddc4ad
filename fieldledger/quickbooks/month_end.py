"""The month-end packet: one month on both sides, and who has signed that it is right."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.office.reports import following
from fieldledger.quickbooks.comparing import (
    Comparison,
    Missing,
    compare,
    compare_methods,
    compare_taxes,
    missing,
)
from fieldledger.quickbooks.comparing_accounts import compare_accounts
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.sign_off_row import SignOff

Figures = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A month on both sides."""

    month: dt.date  # Its first day.
    kinds: Sequence[Comparison]
    methods: Sequence[Comparison]
    taxes: Sequence[Comparison]
    missing: Sequence[Missing]
    misses_more: bool  # Than it lists.
    signed: SignOff | None  # The latest.

    @property
    def last_day(self) -> dt.date:
        """The month's last day."""
        return following(self.month, "month") - dt.timedelta(days=1)

    @property
    def figures(self) -> Figures:
        """What somebody signs: the sums of each kind."""
        return {
            each.title: {
                "number": str(each.number),
                "here": f"{each.here:.2f}",
                "sent": f"{each.sent:.2f}",
                "there": f"{each.there:.2f}",
            }
            for each in self.kinds
        }

    @property
    def is_as_signed(self) -> bool:
        """Whether the figures are still those that were signed."""
        return self.signed is not None and self.signed.figures == self.figures


def packet_of(connection: Connection, month: dt.date) -> Packet:
    """Return the packet of the month that `month` is in."""
    first, last = _days_of(month)
    listed, misses_more = missing(connection, first, last)
    return Packet(
        month=first,
        kinds=compare(connection, first, last),
        methods=compare_methods(connection, first, last),
        taxes=compare_taxes(connection, first, last),
        missing=listed,
        misses_more=misses_more,
        signed=SignOff.objects.filter(connection=connection, month=first).order_by("-pk").first(),
    )


def accounts_of(connection: Connection, month: dt.date) -> list[Comparison]:
    """Return the month's invoices by income account; all their lines are read for it."""
    return compare_accounts(connection, *_days_of(month))


def _days_of(month: dt.date) -> tuple[dt.date, dt.date]:
    first = month.replace(day=1)
    return first, following(first, "month") - dt.timedelta(days=1)


def sign(connection: Connection, month: dt.date, *, actor: str, now: dt.datetime) -> SignOff:
    """Note that somebody stands for a month as it is now; earlier signatures are kept."""
    with transaction.atomic():
        packet = packet_of(connection, month)
        signed = SignOff.objects.create(
            connection=connection,
            month=packet.month,
            at=now,
            by=actor,
            figures=packet.figures,
        )
        audit(
            business=connection.business,
            actor=actor,
            action="sign month-end packet",
            subject=f"{packet.month:%Y-%m}",
            details={"figures": packet.figures},
            now=now,
        )
        return signed
