"""What a list can be asked for in the query of its address."""

import re
from datetime import UTC, date, datetime
from datetime import time as day_time
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from fieldledger.api.problems import invalid
from fieldledger.office.models import ItemKind, MoneyState
from fieldledger.office.queries import LIMIT, LIMIT_MAX
from fieldledger.sync.content import Kind

_TEXT_LENGTH_MAX = 255
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Search = Annotated[
    str | None,
    Field(max_length=_TEXT_LENGTH_MAX, description="Only those that hold all these words."),
]
OwnId = Annotated[
    str | None, Field(max_length=_TEXT_LENGTH_MAX, description="Only the one with your own id.")
]
Archived = Annotated[bool | None, Field(description="Only those that are archived, or are not.")]


class PageQuery(BaseModel):
    """Which page of a list."""

    limit: int = Field(LIMIT, ge=1, le=LIMIT_MAX, description="At most so many records.")
    cursor: str | None = Field(None, description="`next_cursor` of the page before.")


class ClientQuery(PageQuery):
    """Which clients."""

    q: Search = None
    external_id: OwnId = None
    archived: Archived = None


class ItemQuery(PageQuery):
    """Which items."""

    q: Search = None
    external_id: OwnId = None
    archived: Archived = None
    kind: ItemKind | None = None


class InvoiceQuery(PageQuery):
    """Which invoices."""

    q: Search = None
    external_id: OwnId = None
    money_state: MoneyState | None = None
    client: str | None = Field(None, description="Only those of the client with this id.")
    number: str | None = Field(None, description="Only the one with this number.")


class PaymentQuery(PageQuery):
    """Which payments."""

    q: Search = None
    external_id: OwnId = None
    invoice: str | None = Field(None, description="Only those for the invoice with this id.")


class CreditMemoQuery(PageQuery):
    """Which credit memos."""

    external_id: OwnId = None
    client: str | None = Field(None, description="Only those of the client with this id.")
    invoice: str | None = Field(None, description="Only those for the invoice with this id.")
    number: str | None = Field(None, description="Only the one with this number.")


class RefundQuery(PageQuery):
    """Which refunds."""

    external_id: OwnId = None
    credit_memo: str | None = Field(
        None, description="Only those out of the credit memo with this id."
    )


class DepositQuery(PageQuery):
    """Which deposits."""

    external_id: OwnId = None
    client: str | None = Field(None, description="Only those of the client with this id.")
    unapplied: bool | None = Field(
        None, description="Only those of which something is left, or nothing."
    )


class EntryQuery(PageQuery):
    """Which rows of the sync log."""

    state: str | None = Field(
        None, max_length=_TEXT_LENGTH_MAX, description="Only those in this state: `pending,failed`."
    )
    kind: Kind | None = None
    q: Search = None
    since: str | None = Field(
        None, description="Only those that changed since: 2026-05-03T08:00:00Z, or 2026-05-03."
    )


class PlanQuery(PageQuery):
    """Which rows of the plan."""

    kind: Kind | None = None
    decision: str | None = Field(None, description="Only those with this decision, such as `ask`.")


class WebhookQuery(BaseModel):
    """Which webhook."""

    id: str | None = Field(None, description="The webhook's id.")


def read_since(text: str | None, *, time_zone: str) -> datetime | None:
    """Return the moment that `text` names; a date is its midnight in the business's time zone.

    :raises Problem: 422 if it is neither a date nor a time with an offset.
    """
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            day = date.fromisoformat(text)
            moment = datetime.combine(day, day_time.min, ZoneInfo(time_zone))
        else:
            # A "+" that was not escaped in the address arrives as a space.
            moment = datetime.fromisoformat(text.replace(" ", "+"))
        # In UTC, some times of the first and the last day there is are beyond it.
        return moment.astimezone(UTC) if moment.tzinfo else _refuse_since()
    except (ValueError, OverflowError):
        return _refuse_since()


def _refuse_since() -> NoReturn:
    raise invalid(
        {"since": ["Must be a time with its offset, like 2026-05-03T08:00:00Z, or a date."]}
    )
