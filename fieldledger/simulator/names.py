"""QuickBooks' names and references: what may be called what, and who is meant."""

from typing import Any

from fieldledger.simulator.problems import Failed, missing, no_such_reference
from fieldledger.simulator.state import (
    ENTITY_TYPES,
    ITEM_TYPES,
    TERMS_TYPES,
    Fields,
    Record,
    State,
    family_of,
    fold,
)
from fieldledger.simulator.turn import Turn

# What each reference may name, and what QuickBooks calls the list in its errors.
REFERENCES: dict[str, tuple[tuple[str, ...], str]] = {
    "ARAccountRef": (("Account",), "Account"),
    "AccountRef": (("Account",), "Account"),
    "AssetAccountRef": (("Account",), "Account"),
    "COGSAccountRef": (("Account",), "Account"),
    "ClassRef": (("Class",), "Class"),
    "CurrencyRef": (("Currency",), "Currency"),
    "CustomerMsgRef": (("CustomerMsg",), "Customer Message"),
    "CustomerRef": (("Customer",), "Customer"),
    "CustomerSalesTaxCodeRef": (("SalesTaxCode",), "Sales Tax Code"),
    "CustomerTypeRef": (("CustomerType",), "Customer Type"),
    "DepositToAccountRef": (("Account",), "Account"),
    "DiscountAccountRef": (("Account",), "Account"),
    "DiscountClassRef": (("Class",), "Class"),
    "EntityRef": (ENTITY_TYPES, "Name"),
    "ExpenseAccountRef": (("Account",), "Account"),
    "IncomeAccountRef": (("Account",), "Account"),
    "InventorySiteRef": (("InventorySite",), "Inventory Site"),
    "ItemRef": (ITEM_TYPES, "Item"),
    "ItemSalesTaxRef": (("ItemSalesTax", "ItemSalesTaxGroup"), "Item"),
    "JobTypeRef": (("JobType",), "Job Type"),
    "OverrideItemAccountRef": (("Account",), "Account"),
    "PayeeEntityRef": (ENTITY_TYPES, "Name"),
    "PaymentMethodRef": (("PaymentMethod",), "Payment Method"),
    "PrefVendorRef": (("Vendor",), "Vendor"),
    "PreferredPaymentMethodRef": (("PaymentMethod",), "Payment Method"),
    "PriceLevelRef": (("PriceLevel",), "Price Level"),
    "SalesRepRef": (("SalesRep",), "Sales Rep"),
    "SalesTaxCodeRef": (("SalesTaxCode",), "Sales Tax Code"),
    "ShipMethodRef": (("ShipMethod",), "Ship Method"),
    "TaxVendorRef": (("Vendor",), "Vendor"),
    "TemplateRef": (("Template",), "Template"),
    "TermsRef": (TERMS_TYPES, "Terms"),
    "UnitOfMeasureSetRef": (("UnitOfMeasureSet",), "Unit Of Measure Set"),
}

# How QuickBooks calls a name's field in status 3090; "customer name" is from a recorded answer.
NAME_FIELDS = {
    "Customer": "customer name",
    "OtherName": "other name",
    "Account": "account name",
    "Vendor": "vendor name",
}


def find_by_full_name(state: State, types: tuple[str, ...], full_name: str) -> Record | None:
    """Return the record of these types with a FullName, "Parent:Child", whatever its case."""
    family = family_of(types[0])
    found: str | None = ""
    for name in full_name.split(":"):
        found = state.names.get((family, found or "", fold(name)))
        if found is None:
            return None
    record = state.records.get(found or "")
    return record if record is not None and record.type in types else None


def is_blank(reference: Fields) -> bool:
    """Whether a reference names nothing: in a Mod it asks to clear the field."""
    return not reference.get("ListID") and not reference.get("FullName")


def refer(turn: Turn, element: str, reference: Fields, where: str) -> str:
    """Return the ListID of the record that a reference names.

    A ListID wins over a FullName: Onscreen Reference, "ListID".

    :raises Failed: 3140 where there is none; the variant's status where it is inactive.
    """
    types, list_name = REFERENCES[element]
    state = turn.state
    identity = reference.get("ListID")
    if identity:
        record = state.records.get(identity)
        if record is None or record.type not in types:
            raise no_such_reference(list_name, identity, where)
    else:
        full_name = reference.get("FullName", "")
        record = find_by_full_name(state, types, full_name)
        if record is None:
            raise no_such_reference(list_name, full_name, where)
    if not record.active:
        status = state.variant.inactive_reference_status
        if status == 3140:
            raise no_such_reference(list_name, record.name, where)
        raise Failed(
            status,
            f"There was an error when saving the {where}.  QuickBooks error message: "
            f'The {list_name} "{record.name}" is inactive.',
        )
    return record.id


def refer_to_parent(turn: Turn, reference: Fields, types: tuple[str, ...]) -> str:
    """Return the ListID of a parent.

    :raises Failed: 3130 where there is none.
    """
    identity = reference.get("ListID")
    record = (
        turn.state.records.get(identity)
        if identity
        else find_by_full_name(turn.state, types, reference.get("FullName", ""))
    )
    if record is None or record.type not in types:
        named = identity or reference.get("FullName", "")
        raise Failed(
            3130, f'There is an invalid reference to the parent "{named}" in the {types[0]} list.'
        )
    return record.id


def checked_name(
    turn: Turn, kind: str, wanted: str, parent: str | None, owner: str | None = None
) -> str:
    """Return a name as QuickBooks keeps it: trimmed, free in its name space and without a colon.

    `owner` is the record that may have the name already.

    :raises Failed: 3090 for a colon, 3100 for a name that is taken, 3150 for none.
    """
    name = wanted.strip()
    if not name:
        raise missing("Name")
    if ":" in name:
        raise Failed(
            3090,
            f'There was an error when storing "{name}" in the '
            f'"{NAME_FIELDS.get(kind, "item name")}" field.  QuickBooks error message: Names in '
            "this list cannot contain a colon.  The colon is a special character used to indicate "
            "a parent/child relationship.",
        )
    holder = turn.state.names.get((family_of(kind), parent or "", fold(name)))
    if holder is not None and holder != owner:
        raise name_taken(name)
    return name


def name_taken(name: str) -> Failed:
    """Return status 3100 in QuickBooks' words."""
    return Failed(3100, f'The name "{name}" of the list element is already in use.')


def entity_holding(state: State, name: str) -> Record | None:
    """Return the customer, vendor, employee or other name that holds a top-level name."""
    holder = state.names.get((family_of(ENTITY_TYPES[0]), "", fold(name)))
    return state.records.get(holder) if holder else None


def is_reference(element: str, value: Any) -> bool:
    """Whether an element of a request is a reference that this simulator knows."""
    return isinstance(value, dict) and element in REFERENCES
