"""Records of lists to be made or changed; `objects` has the rules for names and fields.

Source: qbXML 13.0 schema.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """Names a record of a list by exactly one of the two; where both stand, the name is ignored.

    Source: OSR.
    """

    list_id: str | None = None
    full_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """At most five printed lines, of which city, state and postal code make one.

    Source: OSR.
    """

    addr1: str | None = None
    addr2: str | None = None
    addr3: str | None = None
    addr4: str | None = None
    addr5: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    note: str | None = None


# --- Names ---


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAdd:
    name: str
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    company_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    phone: str | None = None
    alt_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    cc: str | None = None
    contact: str | None = None
    alt_contact: str | None = None
    customer_type_ref: Ref | None = None
    terms_ref: Ref | None = None
    sales_tax_code_ref: Ref | None = None
    item_sales_tax_ref: Ref | None = None
    resale_number: str | None = None
    account_number: str | None = None
    credit_limit: Decimal | None = None
    preferred_payment_method_ref: Ref | None = None
    notes: str | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMod:
    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    company_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    phone: str | None = None
    alt_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    cc: str | None = None
    contact: str | None = None
    alt_contact: str | None = None
    customer_type_ref: Ref | None = None
    terms_ref: Ref | None = None
    sales_tax_code_ref: Ref | None = None
    item_sales_tax_ref: Ref | None = None
    resale_number: str | None = None
    account_number: str | None = None
    credit_limit: Decimal | None = None
    preferred_payment_method_ref: Ref | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNameAdd:
    name: str
    is_active: bool | None = None
    company_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    other_name_address: Address | None = None
    phone: str | None = None
    alt_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    contact: str | None = None
    alt_contact: str | None = None
    account_number: str | None = None
    notes: str | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNameMod:
    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    company_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    other_name_address: Address | None = None
    phone: str | None = None
    alt_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    contact: str | None = None
    alt_contact: str | None = None
    account_number: str | None = None
    notes: str | None = None


# --- Items ---


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrPurchase:
    desc: str | None = None
    price: Decimal | None = None
    price_percent: Decimal | None = None
    account_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesAndPurchase:
    sales_desc: str | None = None
    sales_price: Decimal | None = None
    income_account_ref: Ref | None = None
    purchase_desc: str | None = None
    purchase_cost: Decimal | None = None
    expense_account_ref: Ref | None = None
    pref_vendor_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrPurchaseMod:
    """A new account wants an answer to "change existing transactions?": false says no.

    Source: OSR.
    """

    desc: str | None = None
    price: Decimal | None = None
    price_percent: Decimal | None = None
    account_ref: Ref | None = None
    apply_account_ref_to_existing_txns: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesAndPurchaseMod:
    sales_desc: str | None = None
    sales_price: Decimal | None = None
    income_account_ref: Ref | None = None
    apply_income_account_ref_to_existing_txns: bool | None = None
    purchase_desc: str | None = None
    purchase_cost: Decimal | None = None
    expense_account_ref: Ref | None = None
    apply_expense_account_ref_to_existing_txns: bool | None = None
    pref_vendor_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemServiceAdd:
    """Has exactly one of `sales_or_purchase` and `sales_and_purchase`."""

    name: str
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    sales_tax_code_ref: Ref | None = None
    sales_or_purchase: SalesOrPurchase | None = None
    sales_and_purchase: SalesAndPurchase | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemServiceMod:
    """Has at most one of the two: the one that the item has in QuickBooks."""

    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    sales_tax_code_ref: Ref | None = None
    sales_or_purchase_mod: SalesOrPurchaseMod | None = None
    sales_and_purchase_mod: SalesAndPurchaseMod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemNonInventoryAdd:
    """Has exactly one of `sales_or_purchase` and `sales_and_purchase`."""

    name: str
    is_active: bool | None = None
    parent_ref: Ref | None = None
    class_ref: Ref | None = None
    manufacturer_part_number: str | None = None
    sales_tax_code_ref: Ref | None = None
    sales_or_purchase: SalesOrPurchase | None = None
    sales_and_purchase: SalesAndPurchase | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemNonInventoryMod:
    """Has at most one of the two: the one that the item has in QuickBooks."""

    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    manufacturer_part_number: str | None = None
    sales_tax_code_ref: Ref | None = None
    sales_or_purchase_mod: SalesOrPurchaseMod | None = None
    sales_and_purchase_mod: SalesAndPurchaseMod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInventoryAdd:
    """QuickBooks wants all three accounts, though its schema does not."""

    name: str
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    manufacturer_part_number: str | None = None
    sales_tax_code_ref: Ref | None = None
    sales_desc: str | None = None
    sales_price: Decimal | None = None
    income_account_ref: Ref | None = None
    purchase_desc: str | None = None
    purchase_cost: Decimal | None = None
    cogs_account_ref: Ref | None = None
    pref_vendor_ref: Ref | None = None
    asset_account_ref: Ref | None = None
    reorder_point: Decimal | None = None
    quantity_on_hand: Decimal | None = None
    total_value: Decimal | None = None
    inventory_date: dt.date | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInventoryMod:
    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    manufacturer_part_number: str | None = None
    sales_tax_code_ref: Ref | None = None
    sales_desc: str | None = None
    sales_price: Decimal | None = None
    income_account_ref: Ref | None = None
    apply_income_account_ref_to_existing_txns: bool | None = None
    purchase_desc: str | None = None
    purchase_cost: Decimal | None = None
    cogs_account_ref: Ref | None = None
    apply_cogs_account_ref_to_existing_txns: bool | None = None
    pref_vendor_ref: Ref | None = None
    asset_account_ref: Ref | None = None
    reorder_point: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSalesTaxAdd:
    name: str
    is_active: bool | None = None
    item_desc: str | None = None
    tax_rate: Decimal | None = None
    tax_vendor_ref: Ref | None = None
    external_guid: UUID | str | None = None


# --- Accounts and small lists ---


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAdd:
    name: str
    account_type: str
    is_active: bool | None = None
    parent_ref: Ref | None = None
    account_number: str | None = None
    desc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardTermsAdd:
    name: str
    is_active: bool | None = None
    std_due_days: int | None = None
    std_discount_days: int | None = None
    discount_pct: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodAdd:
    name: str
    is_active: bool | None = None
    payment_method_type: str | None = None
