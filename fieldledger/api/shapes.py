"""The JSON that comes in and goes out, as the OpenAPI document describes it.

What comes in is only described here and not checked: the services check all they are given and say
what is wrong in words, and two judges would differ one day. A body knows its fields' names, so that
an unknown one is refused and a PATCH changes only what is named.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from fieldledger.api.problems import invalid
from fieldledger.office.models import (
    EXTERNAL_ID_LENGTH_MAX,
    LONG_TEXT_LENGTH_MAX,
    NAME_LENGTH_MAX,
    NUMBER_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    TERMS_LENGTH_MAX,
    ItemKind,
    Method,
)
from fieldledger.sync.content import State

UNKNOWN_FIELD = "There is no field of this name."


class Body(BaseModel):
    """A JSON object that is sent to us."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": False})

    def named(self) -> dict[str, Any]:
        """Return the fields that the body names, as it has them.

        :raises Problem: 422 if there is no field of a name.
        """
        if unknown := sorted(self.model_extra or ()):
            raise invalid({name: [UNKNOWN_FIELD] for name in unknown})
        return {name: self.__dict__[name] for name in sorted(self.model_fields_set)}


class Nothing(Body):
    """No fields: an empty object, or no body at all."""


def requiring(*names: str) -> ConfigDict:
    """Return the settings of a body that must name some fields."""
    return ConfigDict(
        json_schema_extra={"additionalProperties": False, "required": [*names]},
    )


# Coming in: texts by their greatest length, in characters.
Text30 = Annotated[str | None, Field(max_length=30), SkipValidation]
Text40 = Annotated[str | None, Field(max_length=40), SkipValidation]
Text100 = Annotated[str | None, Field(max_length=100), SkipValidation]
Text254 = Annotated[str | None, Field(max_length=254), SkipValidation]
Text255 = Annotated[str | None, Field(max_length=255), SkipValidation]
Name = Annotated[str, Field(max_length=NAME_LENGTH_MAX), SkipValidation]
LongText = Annotated[str | None, Field(max_length=LONG_TEXT_LENGTH_MAX), SkipValidation]
Number = Annotated[str | None, Field(max_length=NUMBER_LENGTH_MAX), SkipValidation]
Terms = Annotated[str | None, Field(max_length=TERMS_LENGTH_MAX), SkipValidation]
Reference = Annotated[str | None, Field(max_length=REFERENCE_LENGTH_MAX), SkipValidation]
ItemKindName = Annotated[str, Field(json_schema_extra={"enum": [*ItemKind.values]}), SkipValidation]
MethodName = Annotated[str, Field(json_schema_extra={"enum": [*Method.values]}), SkipValidation]
Flag = Annotated[bool, SkipValidation]
Id = Annotated[str, SkipValidation]
OptionalId = Annotated[str | None, SkipValidation]
DayIn = Annotated[str, Field(json_schema_extra={"format": "date"}), SkipValidation]
OptionalDayIn = Annotated[
    Annotated[str, Field(json_schema_extra={"format": "date"})] | None, SkipValidation
]
NumberIn = Annotated[str | float, SkipValidation]
ExternalId = Annotated[str | None, Field(max_length=EXTERNAL_ID_LENGTH_MAX), SkipValidation]
EXTERNAL_ID = Field(None, description="Your own id for it; unique per kind when given.")

# Going out.
Money = Annotated[str, Field(pattern=r"^-?\d+\.\d{2}$", examples=["125.00"])]
Price = Annotated[str, Field(pattern=r"^-?\d+\.\d{2,5}$", examples=["125.00"])]
Rate = Annotated[str, Field(pattern=r"^-?\d+(\.\d{1,5})?$", examples=["8.25"])]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-05-03"])]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
StateName = Annotated[str, Field(json_schema_extra={"enum": [str(each) for each in State]})]


class WaitingFor(BaseModel):
    """A record that must be in QuickBooks first."""

    kind: str
    id: str
    name: str


class QuickBooksBlock(BaseModel):
    """Where the record stands with QuickBooks."""

    model_config = ConfigDict(title="QuickBooks")

    state: StateName
    quickbooks_id: str | None = Field(description="ListID or TxnID in QuickBooks.")
    name_in_quickbooks: str | None
    last_synced_at: Time | None
    differs_by: Money | None = Field(description="QuickBooks' total minus ours.")
    waiting_for: list[WaitingFor]
    message: str | None = Field(description="What happened and whose move is next, in words.")
    entry: str | None = Field(description="Its row in the sync log; null only in `not_sent`.")


class Address(BaseModel):
    """A postal address."""

    line1: str
    line2: str
    city: str
    state: str
    postal_code: str
    country: str


class AddressIn(Body):
    """A postal address; in a PATCH only what is named changes."""

    line1: Text255 = ""
    line2: Text255 = ""
    city: Text100 = ""
    state: Text100 = ""
    postal_code: Text30 = ""
    country: Text100 = ""


class ClientPatch(Body):
    """What to change of a client."""

    name: Name = Field("", description="Two clients may share a name.")
    company_name: Text255 = ""
    first_name: Text100 = ""
    last_name: Text100 = ""
    email: Text254 = ""
    phone: Text40 = ""
    billing_address: Annotated[AddressIn | None, SkipValidation] = None
    service_address: Annotated[AddressIn | None, SkipValidation] = None
    notes: LongText = ""
    external_id: ExternalId = EXTERNAL_ID
    archived: Flag = False


class ClientIn(ClientPatch):
    """A new client."""

    model_config = requiring("name")


class ClientOut(BaseModel):
    """A client."""

    model_config = ConfigDict(title="Client")

    id: str
    name: str
    company_name: str
    first_name: str
    last_name: str
    email: str
    phone: str
    billing_address: Address
    service_address: Address
    notes: str
    external_id: str | None
    archived: bool
    created_at: Time
    updated_at: Time
    quickbooks: QuickBooksBlock


class ItemPatch(Body):
    """What to change of an item."""

    name: Name = Field("", description="Unique, whatever the case.")
    kind: ItemKindName = "service"
    description: LongText = ""
    price: NumberIn = "0.00"
    cost: NumberIn = "0.00"
    taxable: Flag = True
    external_id: ExternalId = EXTERNAL_ID
    archived: Flag = False


class ItemIn(ItemPatch):
    """A new item."""

    model_config = requiring("name")


class ItemOut(BaseModel):
    """An item."""

    model_config = ConfigDict(title="Item")

    id: str
    name: str
    kind: str
    description: str
    price: Price
    cost: Price
    taxable: bool
    external_id: str | None
    archived: bool
    created_at: Time
    updated_at: Time
    quickbooks: QuickBooksBlock


class TaxRateIn(Body):
    """A new tax rate."""

    model_config = requiring("name", "percent")

    name: Name = Field("", max_length=100)
    percent: NumberIn = Field("0", description="In percent, up to five decimals: 8.25.")


class TaxRateOut(BaseModel):
    """A tax rate. It never changes: another percentage is another rate."""

    model_config = ConfigDict(title="Tax rate")

    id: str
    name: str
    percent: Rate
    created_at: Time


class LineIn(Body):
    """A line of an invoice; what it does not name comes from its item."""

    kind: Annotated[str | None, SkipValidation] = Field(
        "work",
        description="`work`, `tip` or `fee`; a tip or fee names no item, and a tip is never taxed.",
    )
    item: OptionalId = None
    description: LongText = None
    quantity: NumberIn = "1"
    unit_price: NumberIn | None = None
    taxable: Annotated[bool | None, SkipValidation] = None
    amount: Annotated[Any, SkipValidation] = Field(
        None, description="As answered; not looked at: it is quantity times unit price."
    )


class LineOut(BaseModel):
    """A line of an invoice; `amount` is quantity times unit price, half up to cents."""

    model_config = ConfigDict(title="Line")

    kind: str = Field(description="`work`, `tip` or `fee`.")
    item: str | None
    description: str
    quantity: Rate
    unit_price: Price
    taxable: bool
    amount: Money


class InvoicePatch(Body):
    """What to change of an invoice; `lines` replaces all lines."""

    client: Id = Field("", description="A client's id.")
    number: Number = Field("", description="Given if absent.")
    date: DayIn = ""
    due_date: OptionalDayIn = None
    terms: Terms = Field("", description="The name of terms in QuickBooks.")
    tax_rate: OptionalId = Field(None, description="A tax rate's id; none means tax 0.00.")
    memo: LongText = ""
    discount: NumberIn = Field("0.00", description="Taken off the work before tax.")
    discount_percent: NumberIn | None = Field(
        None, description="Of what the lines come to; `discount` follows from it."
    )
    lines: Annotated[list[LineIn], SkipValidation] = []
    external_id: ExternalId = EXTERNAL_ID


class InvoiceIn(InvoicePatch):
    """A new invoice."""

    model_config = requiring("client", "date", "lines")


class InvoiceOut(BaseModel):
    """An invoice."""

    model_config = ConfigDict(title="Invoice")

    id: str
    client: str
    number: str
    date: Day
    due_date: Day | None
    terms: str
    tax_rate: str | None
    memo: str
    lines: list[LineOut]
    discount: Money
    discount_percent: Rate | None
    subtotal: Money = Field(description="What all lines come to, less the discount.")
    tax: Money
    total: Money
    paid: Money = Field(
        description="By payments, and by what of deposits and credit memos goes to it."
    )
    balance: Money = Field(description="What is still owed.")
    money_state: str = Field(description="`unpaid`, `partly_paid`, `paid`, `overdue` or `void`.")
    voided_at: Time | None
    external_id: str | None
    created_at: Time
    updated_at: Time
    quickbooks: QuickBooksBlock


class PaymentPatch(Body):
    """What to change of a payment; it stays with its invoice."""

    invoice: Id = Field("", description="An invoice's id.")
    amount: NumberIn = Field("0.00", description="At most the invoice's balance.")
    date: DayIn = ""
    method: MethodName = "other"
    reference: Reference = Field("", description="Such as a check's number.")
    external_id: ExternalId = EXTERNAL_ID


class PaymentIn(PaymentPatch):
    """A new payment."""

    model_config = requiring("invoice", "amount", "date")


class PaymentOut(BaseModel):
    """A payment."""

    model_config = ConfigDict(title="Payment")

    id: str
    invoice: str | None = Field(description="Null for a deposit.")
    client: str
    amount: Money
    unapplied: Money = Field(description="What of a deposit goes to no invoice yet.")
    date: Day
    method: str
    reference: str
    voided_at: Time | None
    external_id: str | None
    created_at: Time
    updated_at: Time
    quickbooks: QuickBooksBlock


class BulkIn(Body):
    """Up to 500 new records."""

    model_config = requiring("records")

    records: Annotated[list[dict[str, Any]], Field(max_length=500), SkipValidation] = []


class ProblemOut(BaseModel):
    """An RFC 9457 problem: what is wrong, in words."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = Field(
        None, description="Sentences by field; `lines.0.quantity` is a field of the first line."
    )


class BulkResult(BaseModel):
    """What became of one record: made (201, `record`) or not (422, `problem`)."""

    status: int
    record: dict[str, Any] | None = None
    problem: ProblemOut | None = None


class BulkOut(BaseModel):
    """The results, in the order of the records sent."""

    results: list[BulkResult]


class ClientPage(BaseModel):
    """A page of clients, newest first."""

    results: list[ClientOut]
    next_cursor: str | None


class ItemPage(BaseModel):
    """A page of items, newest first."""

    results: list[ItemOut]
    next_cursor: str | None


class TaxRatePage(BaseModel):
    """A page of tax rates, newest first."""

    results: list[TaxRateOut]
    next_cursor: str | None


class InvoicePage(BaseModel):
    """A page of invoices, newest first."""

    results: list[InvoiceOut]
    next_cursor: str | None


class PaymentPage(BaseModel):
    """A page of payments, newest first."""

    results: list[PaymentOut]
    next_cursor: str | None


class WebhookIn(Body):
    """An address to tell of events."""

    model_config = requiring("url", "events")

    url: Annotated[str, Field(max_length=2000), SkipValidation] = Field(
        "", description="https:// or http://; redirections are not followed."
    )
    events: Annotated[list[str], SkipValidation] = Field(
        [],
        description="`entry.synced`, `entry.failed`, `entry.needs_attention`,"
        " `connection.silent`, `connection.recovered`, `import.completed`.",
    )


class WebhookOut(BaseModel):
    """An address that is told of events."""

    model_config = ConfigDict(title="Webhook")

    id: str
    url: str
    events: list[str]
    created_at: Time


class WebhookMade(WebhookOut):
    """A new webhook with its secret, shown this once."""

    model_config = ConfigDict(title="New webhook")

    secret: str = Field(description="Verify messages with it, as Standard Webhooks says.")


class WebhookPage(BaseModel):
    """A page of webhooks, newest first."""

    results: list[WebhookOut]
    next_cursor: str | None


class DeliveryOut(BaseModel):
    """One event on its way to a webhook, or there."""

    model_config = ConfigDict(title="Delivery")

    id: str = Field(description="The header webhook-id.")
    event: str
    created_at: Time
    delivered_at: Time | None
    next_try_at: Time | None = Field(description="Null once delivered or given up.")
    tries: int
    last_status: int | None
    last_error: str | None


class DeliveryPage(BaseModel):
    """A page of deliveries, newest first."""

    results: list[DeliveryOut]
    next_cursor: str | None
