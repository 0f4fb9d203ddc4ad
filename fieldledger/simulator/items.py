"""Adds and Mods of items: their accounts, their two shapes, their taxes.

Sources: Onscreen Reference (accounts of items, the two shapes fixed at creation, a rate needs a tax
agency); Intuit's status code list (3250, 3270).
"""

from typing import Final

from fieldledger.simulator.lists import ListRules, account_of_type
from fieldledger.simulator.names import REFERENCES
from fieldledger.simulator.problems import Failed, missing, no_such_reference
from fieldledger.simulator.state import Fields
from fieldledger.simulator.turn import Turn

INCOME: Final = frozenset({"Income"})
COST: Final = frozenset({"Expense", "CostOfGoodsSold"})
ACCOUNT_TYPES: Final = {
    "AccountRef": INCOME | COST,
    "IncomeAccountRef": INCOME,
    "ExpenseAccountRef": COST,
    "COGSAccountRef": frozenset({"CostOfGoodsSold"}),
    "AssetAccountRef": frozenset({"OtherCurrentAsset", "FixedAsset", "OtherAsset"}),
    "DepositToAccountRef": frozenset({"Bank", "OtherCurrentAsset"}),
}


def check_accounts(turn: Turn, fields: Fields, needed: tuple[str, ...], where: str) -> None:
    """Refuse an item that lacks an account or names one of a wrong type.

    :raises Failed: 3270 for a missing account, 3140 for one of a type that cannot stand there.
    """
    for element in needed:
        if element not in fields:
            raise Failed(3270, f"The {where} has a missing posting account: {element}.")
    for element, types in ACCOUNT_TYPES.items():
        account_id = fields.get(element)
        if account_id and not account_of_type(turn.state.records.get(account_id), types):
            named = turn.state.full_name(account_id)
            raise no_such_reference(REFERENCES[element][1], named, where)


def default_tax_code(turn: Turn, fields: Fields) -> None:
    """Give an item the company's code for what is taxable, as QuickBooks does."""
    if turn.state.preferences.sales_tax:
        fields.setdefault("SalesTaxCodeRef", turn.state.preferences.taxable_code)


def complete_sold_item(kind: str, turn: Turn, fields: Fields, old: Fields | None) -> None:
    """Check a service, non-inventory or other charge item."""
    sides = [side for side in ("SalesOrPurchase", "SalesAndPurchase") if side in fields]
    if old is not None:
        before = [side for side in ("SalesOrPurchase", "SalesAndPurchase") if side in old]
        if before and sides != before:
            raise Failed(3151, f"The {kind} cannot change between one side and both.")
    if old is None and not sides:
        # The schema takes an empty aggregate; QuickBooks then misses the account.
        raise Failed(3270, f"The {kind} has a missing posting account: AccountRef.")
    if "SalesOrPurchase" in fields:
        side = fields["SalesOrPurchase"]
        if "PricePercent" not in side:
            side.setdefault("Price", "0.00")
        check_accounts(turn, side, ("AccountRef",), kind)
    if "SalesAndPurchase" in fields:
        both = fields["SalesAndPurchase"]
        both.setdefault("SalesPrice", "0.00")
        both.setdefault("PurchaseCost", "0.00")
        check_accounts(turn, both, ("IncomeAccountRef", "ExpenseAccountRef"), kind)
    default_tax_code(turn, fields)


def complete_service(turn: Turn, fields: Fields, old: Fields | None) -> None:
    """Check a service item."""
    complete_sold_item("ItemService", turn, fields, old)


def complete_non_inventory(turn: Turn, fields: Fields, old: Fields | None) -> None:
    """Check a non-inventory item."""
    complete_sold_item("ItemNonInventory", turn, fields, old)


def complete_other_charge(turn: Turn, fields: Fields, old: Fields | None) -> None:
    """Check an other charge."""
    complete_sold_item("ItemOtherCharge", turn, fields, old)


def complete_inventory(turn: Turn, fields: Fields, _old: Fields | None) -> None:
    """Check an inventory item: the feature must be on, and it needs three accounts."""
    if not turn.state.preferences.inventory:
        raise Failed(3250, "This feature is not enabled: inventory.")
    needed = ("IncomeAccountRef", "COGSAccountRef", "AssetAccountRef")
    check_accounts(turn, fields, needed, "ItemInventory")
    for element in ("SalesPrice", "PurchaseCost", "AverageCost"):
        fields.setdefault(element, "0.00")
    for element in ("QuantityOnHand", "QuantityOnOrder", "QuantityOnSalesOrder"):
        fields.setdefault(element, "0")
    default_tax_code(turn, fields)


def complete_discount(turn: Turn, fields: Fields, _old: Fields | None) -> None:
    """Check a discount item."""
    if not fields.get("DiscountRatePercent"):
        fields.setdefault("DiscountRate", "0.00")
    check_accounts(turn, fields, ("AccountRef",), "ItemDiscount")
    default_tax_code(turn, fields)


def complete_payment(turn: Turn, fields: Fields, _old: Fields | None) -> None:
    """Check a payment item."""
    check_accounts(turn, fields, (), "ItemPayment")


def complete_plain(_turn: Turn, _fields: Fields, _old: Fields | None) -> None:
    """Leave subtotals and groups as they are."""


def complete_sales_tax(_turn: Turn, fields: Fields, _old: Fields | None) -> None:
    """Check a tax item: a rate other than 0 needs the agency that gets it."""
    fields.setdefault("TaxRate", "0.00")
    if float(fields["TaxRate"]) and "TaxVendorRef" not in fields:
        raise missing("TaxVendorRef")


KEPT: Final = frozenset(ACCOUNT_TYPES) | {"IsActive"}
ITEMS: Final = (
    ListRules("ItemService", complete_service, KEPT),
    ListRules("ItemNonInventory", complete_non_inventory, KEPT),
    ListRules("ItemOtherCharge", complete_other_charge, KEPT),
    ListRules("ItemInventory", complete_inventory, KEPT),
    ListRules("ItemDiscount", complete_discount, KEPT),
    ListRules("ItemPayment", complete_payment, KEPT),
    ListRules("ItemSubtotal", complete_plain, KEPT),
    ListRules("ItemGroup", complete_plain, KEPT),
    ListRules("ItemSalesTax", complete_sales_tax, KEPT),
    ListRules("ItemSalesTaxGroup", complete_plain, KEPT),
)
