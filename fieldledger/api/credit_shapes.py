"""The JSON of credit memos, refunds and deposits; see shapes.py for how it is read."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from fieldledger.api.shapes import (
    EXTERNAL_ID,
    Body,
    Day,
    DayIn,
    ExternalId,
    Id,
    LineIn,
    LineOut,
    LongText,
    MethodName,
    Money,
    Number,
    NumberIn,
    OptionalId,
    PaymentOut,
    QuickBooksBlock,
    Reference,
    Time,
    requiring,
)


class ApplicationIn(Body):
    """How much of a deposit or a credit memo goes to an invoice."""

    model_config = requiring("invoice", "amount")

    invoice: Id = Field("", description="The id of an invoice of the same client.")
    amount: NumberIn = Field(
        "0.00", description="In place of what went there before; 0 takes it off the invoice."
    )


class ApplicationOut(BaseModel):
    """How much of a deposit or a credit memo goes to an invoice."""

    model_config = ConfigDict(title="Application")

    invoice: str
    amount: Money


class CreditMemoPatch(Body):
    """What to change of a credit memo; `lines` replaces all lines."""

    client: Id = Field("", description="A client's id; the invoice's client where none is named.")
    number: Number = Field("", description="Given if absent.")
    date: DayIn = ""
    tax_rate: OptionalId = Field(None, description="A tax rate's id; none means tax 0.00.")
    reason: LongText = ""
    lines: Annotated[list[LineIn], SkipValidation] = Field([])
    external_id: ExternalId = EXTERNAL_ID


class CreditMemoIn(CreditMemoPatch):
    """A new credit memo: for a client, or for an invoice and at most its total."""

    model_config = requiring("date", "lines")

    invoice: OptionalId = Field(None, description="The id of the invoice that it takes back from.")


class CreditMemoOut(BaseModel):
    """A credit memo: what a client gets back, to be used later or paid out."""

    model_config = ConfigDict(title="Credit memo")

    id: str
    client: str
    invoice: str | None
    number: str
    date: Day
    tax_rate: str | None
    reason: str
    lines: list[LineOut]
    subtotal: Money
    tax: Money
    total: Money
    refunded: Money
    applied: Money = Field(description="What of it goes to invoices.")
    balance: Money = Field(description="What of it the client may still use.")
    applications: list[ApplicationOut]
    voided_at: Time | None
    external_id: str | None
    created_at: Time
    updated_at: Time
    quickbooks: QuickBooksBlock


class RefundIn(Body):
    """Money paid back out of a credit memo, at most what is left of it."""

    model_config = requiring("credit_memo", "amount", "date")

    credit_memo: Id = Field("", description="A credit memo's id.")
    amount: NumberIn = Field("0.00", description="At most the credit memo's balance.")
    date: DayIn = ""
    method: MethodName = "check"
    reference: Number = Field("", description="Such as a check's number.")
    external_id: ExternalId = EXTERNAL_ID


class RefundOut(BaseModel):
    """A refund. It is not changed: it is made void and made anew."""

    model_config = ConfigDict(title="Refund")

    id: str
    credit_memo: str
    client: str
    amount: Money
    date: Day
    method: str
    reference: str
    voided_at: Time | None
    external_id: str | None
    created_at: Time
    updated_at: Time
    quickbooks: QuickBooksBlock


class DepositPatch(Body):
    """What to change of a deposit; it stays with its client."""

    amount: NumberIn = Field("0.00", description="At least what is applied of it.")
    date: DayIn = ""
    method: MethodName = "other"
    reference: Reference = Field("", description="Such as a check's number.")
    external_id: ExternalId = EXTERNAL_ID


class DepositIn(DepositPatch):
    """Money of a client that comes without an invoice."""

    model_config = requiring("client", "amount", "date")

    client: Id = Field("", description="A client's id.")


class DepositOut(PaymentOut):
    """A deposit; it is among the payments too, under the same id."""

    model_config = ConfigDict(title="Deposit")

    applications: list[ApplicationOut]


class CreditMemoPage(BaseModel):
    """A page of credit memos, newest first."""

    results: list[CreditMemoOut]
    next_cursor: str | None


class RefundPage(BaseModel):
    """A page of refunds, newest first."""

    results: list[RefundOut]
    next_cursor: str | None


class DepositPage(BaseModel):
    """A page of deposits, newest first."""

    results: list[DepositOut]
    next_cursor: str | None
