"""What our records say and what we know of QuickBooks, as plain values.

The engine reads them from the database and hands them over; the rules of this package work on
nothing else. A text is never None: "" says that the office has nothing there. Money has two
decimals, quantities and prices at most five (PRICETYPE and QUANTYPE, qbXML 13.0 schema).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_NO_PERCENTS: Final[Mapping[str, Decimal]] = MappingProxyType({})
_NONE_BY_GUID: Final[Mapping[UUID, str]] = MappingProxyType({})
# What our kinds of items become in QuickBooks where nobody chose otherwise.
ITEM_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"service": "ItemService", "product": "ItemNonInventory"}
)


class Kind(StrEnum):
    """The kinds of record kept in step, in the order in which they are sent."""

    CLIENT = "client"
    ITEM = "item"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CREDIT = "credit"
    REFUND = "refund"


class State(StrEnum):
    """Where a record stands with QuickBooks: one vocabulary for pages, API and webhooks."""

    NOT_SENT = "not_sent"  # Nobody has asked to send it.
    PENDING = "pending"  # Goes with the next session.
    WAITING = "waiting"  # For a parent that is not in QuickBooks yet.
    HELD = "held"  # A person told us not to send it for now.
    SENDING = "sending"  # In a message set whose answer is not here yet.
    SYNCED = "synced"
    DIFFERS = "differs"  # Synced, and the totals are not the same.
    FAILED = "failed"  # Needs a person.
    CHECKING = "checking"  # The answer was lost; QuickBooks is being asked.
    CHANGED = "changed"  # Ours is newer than what was sent.
    CHANGED_IN_QUICKBOOKS = "changed_in_quickbooks"
    GONE = "gone"  # Was in QuickBooks and no longer is.
    IGNORED = "ignored"  # A person told us never to send it.
    CANCELLED = "cancelled"  # Voided here before it was ever sent.


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address as the office keeps it."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientContent:
    """A client of ours: a customer in QuickBooks."""

    guid: UUID
    name: str
    company_name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    billing: Address = field(default_factory=Address)
    service: Address = field(default_factory=Address)
    notes: str = ""
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContent:
    """Something the office sells: a service or a non-inventory item in QuickBooks."""

    guid: UUID
    name: str
    kind: str = "service"  # Or "product".
    description: str = ""
    price: Decimal = Decimal("0.00")
    cost: Decimal = Decimal("0.00")
    taxable: bool = True
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContent:
    """One line of an invoice.

    `item_list_id` is the item's ListID in QuickBooks; None when the line names no item of ours.
    `kind` is "work", "tip" or "fee".
    """

    item_list_id: str | None = None
    item_name: str = ""
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal("0.00")
    amount: Decimal = Decimal("0.00")
    taxable: bool = False
    kind: str = "work"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceContent:
    """An invoice of ours, its client already named by the ListID QuickBooks gave."""

    guid: UUID
    noun: str = "invoice"  # What sentences call it: a credit memo says all this, too.
    number: str
    date: dt.date
    due_date: dt.date | None = None
    terms: str = ""
    tax_rate_guid: UUID | None = None
    tax_rate_name: str = ""
    memo: str = ""
    customer_list_id: str
    customer_name: str = ""  # As the first printed line of the billing address.
    customer_billing: Address | None = None
    lines: tuple[LineContent, ...] = ()
    # What is taken off the taxable lines, and off the others; in percent where it was given so.
    discount_taxable: Decimal = Decimal("0.00")
    discount_other: Decimal = Decimal("0.00")
    discount_percent: Decimal | None = None
    subtotal: Decimal = Decimal("0.00")
    tax: Decimal = Decimal("0.00")
    total: Decimal = Decimal("0.00")
    voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentContent:
    """A payment for one invoice, both already named by the ids QuickBooks gave.

    A deposit is for none: `applied` has the TxnIDs of the invoices it goes to, with the amounts;
    one that it no longer goes to has 0.
    """

    guid: UUID
    invoice_txn_id: str
    customer_list_id: str
    amount: Decimal
    date: dt.date
    method: str = "other"  # "cash", "check", "credit_card", "ach" or "other".
    reference: str = ""
    invoice_number: str = ""
    is_deposit: bool = False
    applied: tuple[tuple[str, Decimal], ...] = ()
    voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundContent:
    """Money paid back out of a credit memo, which is named by the id QuickBooks gave."""

    guid: UUID
    credit_txn_id: str
    credit_number: str
    customer_list_id: str
    amount: Decimal
    date: dt.date
    method: str  # As people call it: "Cash".
    number: str = ""  # Of the check, or what stands for it.


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFacts:
    """What QuickBooks said of the company file; None where it was not asked or did not say.

    The two codes are ListIDs of sales tax codes ("Tax" and "Non" in a new file). `closing_date`
    is the last day of the closed books.
    """

    sales_tax_on: bool = False
    taxable_code: str | None = None
    non_taxable_code: str | None = None
    closing_date: dt.date | None = None
    multi_currency: bool = False
    uses_account_numbers: bool = False
    uses_classes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the office chose on the mapping page; every id is a ListID.

    `tax_items` goes from our tax rate to a sales tax item, `payment_methods` and
    `deposit_accounts` from our word for the method ("check"), `terms` from the case-folded name,
    `item_accounts` from an item of ours to its own income account. `item_types` says what an item
    of our kind is made there, by the name of qbXML ("ItemService", "ItemNonInventory").
    """

    income_account: str | None = None
    item_accounts: Mapping[UUID, str] = field(default_factory=lambda: _NONE_BY_GUID)
    item_types: Mapping[str, str] = field(default_factory=lambda: ITEM_TYPES)
    fallback_item: str | None = None
    tax_items: Mapping[UUID, str] = field(default_factory=lambda: _NONE_BY_GUID)
    payment_methods: Mapping[str, str] = field(default_factory=lambda: _NONE)
    deposit_accounts: Mapping[str, str] = field(default_factory=lambda: _NONE)
    terms: Mapping[str, str] = field(default_factory=lambda: _NONE)
    transaction_class: str | None = None  # Of new invoices; None leaves them without one.
    # Who says what the tax is (taxing.TaxMode), the items that this takes, and the rates, in
    # percent, that QuickBooks' tax items have.
    sales_tax_mode: str = "quickbooks"
    tax_percents: Mapping[str, Decimal] = field(default_factory=lambda: _NO_PERCENTS)
    zero_tax_item: str | None = None
    tax_line_item: str | None = None
    rounding_item: str | None = None
    discount_item: str | None = None
    # What refunds are paid from, and the account that credits lower.
    refund_account: str | None = None
    receivable_account: str | None = None
    tip_item: str | None = None
    fee_item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is needed to change a record that is in QuickBooks already.

    `type` is the record's name in QuickBooks' answers ("ItemServiceRet"); `line_ids` are an
    invoice's TxnLineIDs in the order of our lines, and a payment's the TxnIDs that it was seen
    applied to when all of ours was to be sent over it; `two_sided` says that an item has a purchase
    side. `adopted` says that the record was in QuickBooks before it was linked to ours: what is
    empty here may be filled there, so it is left alone and not cleared.
    """

    quickbooks_id: str
    edit_sequence: str
    type: str = ""
    line_ids: tuple[str, ...] = ()
    two_sided: bool = False
    adopted: bool = False
