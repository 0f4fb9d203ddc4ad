"""A company file as somebody has filled it in over a year: seeded, with awkward real-life names.

The chart of accounts, the terms, the payment methods and the tax codes are those that QuickBooks
sets up for a service business.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fieldledger.simulator.state import Fields, Origin, Record, State, family_of, fold

DAY_S: Final = 24 * 3600
FIXED_RECORDS_MAX: Final = 80  # What there is whatever the sizes.
ACCOUNTS: Final = (  # Name, AccountType, SpecialAccountType.
    ("Checking", "Bank", ""),
    ("Savings", "Bank", ""),
    ("Accounts Receivable", "AccountsReceivable", "AccountsReceivable"),
    ("Undeposited Funds", "OtherCurrentAsset", "UndepositedFunds"),
    ("Inventory Asset", "OtherCurrentAsset", "InventoryAssets"),
    ("Vehicles", "FixedAsset", ""),
    ("Accounts Payable", "AccountsPayable", "AccountsPayable"),
    ("Company Card", "CreditCard", ""),
    ("Sales Tax Payable", "OtherCurrentLiability", "SalesTaxPayable"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Service Income", "Income", ""),
    ("Parts Income", "Income", ""),
    ("Uncategorized Income", "Income", "UncategorizedIncome"),
    ("Cost of Goods Sold", "CostOfGoodsSold", "CostOfGoodsSold"),
    ("Job Materials", "CostOfGoodsSold", ""),
    ("Sales Discounts", "Income", ""),
    ("Fuel", "Expense", ""),
    ("Subcontractors", "Expense", ""),
    ("Interest Income", "OtherIncome", ""),
    ("Estimates", "NonPosting", "Estimates"),
)
SUB_ACCOUNTS: Final = (("Service Income", "Repairs"), ("Service Income", "Installation"))
TERMS: Final = (("Due on receipt", "0"), ("Net 15", "15"), ("Net 30", "30"), ("Net 60", "60"))
PAYMENT_METHODS: Final = (
    ("Cash", "Cash"),
    ("Check", "Check"),
    ("American Express", "AmericanExpress"),
    ("Discover", "Discover"),
    ("MasterCard", "MasterCard"),
    ("Visa", "Visa"),
    ("Debit Card", "DebitCard"),
    ("E-Check", "ECheck"),
)
TAX_ITEMS: Final = (
    ("San Tomas", "7.75"),
    ("East Bayshore", "8.25"),
    ("Out of State", "0.00"),
    # The demo business's own two, so that a person can watch its invoices go through.
    ("State Tax 7.25", "7.25"),
    ("County Tax 8.375", "8.375"),
)
VENDORS: Final = ("Lawn Depot", "State Board of Equalization", "Bayshore Water", "Acme Parts")
EMPLOYEES: Final = ("Dan Miller", "Elizabeth N. Mason", "Gregg O. Schneider")
OTHER_NAMES: Final = ("Owner's Draw",)
FIRST_NAMES: Final = [
    "Ana",
    "Björn",
    "Carla",
    "Dev",
    "Elena",
    "Frank",
    "Grace",
    "Hiro",
    "Inés",
    "Jack",
    "Kim",
    "Liam",
    "Mary",
    "Omar",
]
LAST_NAMES: Final = [
    "Abercrombie",
    "O'Brien",
    "Garcia",
    "Müller",
    "Nguyen",
    "Smith",
    "Stern",
    "Teichman",
    "Violette",
    "Wagner",
    "Yee",
]
PLACES: Final = (
    ("Bayshore", "CA", "94326"),
    ("San Mateo", "CA", "94401"),
    ("Middlefield", "CA", "94471"),
    ("Millbrae", "CA", "94030"),
)
STREETS: Final = ("Main St", "Oak Ave", "Hermosa Dr", "Old Mill Rd", "Bay Blvd")
BUSINESSES: Final = (
    "100% Clean!",
    "A & B <Plumbing>",
    'Bob "The Pipe" Vance',
    "Dept. #7 / Unit 3",
    "Café Crème – Bayshore",
    "Kern Lighting Warehouse",
)
SERVICES: Final = (
    ("Diagnostics", "Find out what is wrong", "95.00", True),
    ("Drain cleaning", "Clear a drain, up to 20 m", "180.00", False),
    ("Labor", "Hourly labor", "85.50", False),
    ("Water heater installation", "Install a water heater", "650.00", False),
    ("Lawn mowing", "Mow and trim", "45.00", False),
)
PARTS: Final = (
    ("Ball valve 3/4", "Brass ball valve", "18.75", "9.10"),
    ("Furnace filter 16x25", "Pleated filter", "12.49", "6.00"),
    ("P-trap kit", "1½ in. kit", "9.99", "4.25"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much there is in a fresh company; `customers` counts sub-customers in."""

    customers: int = 16
    inactive_customers: int = 2
    services: int = len(SERVICES)
    parts: int = len(PARTS)


def fill(state: State, sizes: Sizes, now: int) -> None:
    """Put the sample's records into an empty company file; `now` is an epoch second."""
    about = sizes.customers + sizes.services + sizes.parts + FIXED_RECORDS_MAX
    writer = _Writer(state, now, step_max=360 * DAY_S // about)
    writer.lists()
    writer.taxes()
    writer.names(sizes)
    writer.items(sizes)


class _Writer:
    """Enters records one after the other, from a year before `now` on."""

    def __init__(self, state: State, now: int, step_max: int) -> None:
        self.state = state
        self.step_max = step_max  # Seconds between two records.
        self.random = random.Random(state.seed)  # noqa: S311 - a seeded sample, no secret.
        self.at = now - 365 * DAY_S
        self.ids: dict[tuple[str, str], str] = {}

    def add(self, kind: str, name: str, fields: Fields, *, parent: str = "") -> str:
        self.at += self.random.randrange(self.step_max // 2, self.step_max)
        content: Fields = {"Name": name, "IsActive": "true", **fields}
        if parent:
            content["ParentRef"] = parent
        record = Record(
            type=kind,
            id=self.state.make_list_id(self.at),
            created=self.at,
            modified=self.at,
            sequence=str(self.at),
            fields=content,
            origin=Origin("", "", "people", self.at),
        )
        self.state.enter(record)
        self.ids.setdefault((kind, name), record.id)
        return record.id

    def lists(self) -> None:
        for name, kind, special in ACCOUNTS:
            fields = {"AccountType": kind}
            if special:
                fields["SpecialAccountType"] = special
            self.add("Account", name, fields)
        for parent, name in SUB_ACCOUNTS:
            self.add("Account", name, {"AccountType": "Income"}, parent=self.ids["Account", parent])
        for name, days in TERMS:
            numbers = {"StdDueDays": days, "StdDiscountDays": "0", "DiscountPct": "0.00"}
            self.add("StandardTerms", name, numbers)
        for name, kind in PAYMENT_METHODS:
            self.add("PaymentMethod", name, {"PaymentMethodType": kind})
        self.add("Template", "Intuit Service Invoice", {})

    def taxes(self) -> None:
        preferences = self.state.preferences
        taxable = {"IsTaxable": "true", "Desc": "Taxable Sales"}
        preferences.taxable_code = self.add("SalesTaxCode", "Tax", taxable)
        nontaxable = {"IsTaxable": "false", "Desc": "Non-Taxable Sales"}
        preferences.nontaxable_code = self.add("SalesTaxCode", "Non", nontaxable)
        for name in VENDORS:
            self.add("Vendor", name, {"CompanyName": name, "IsVendorEligibleFor1099": "false"})
        agency = self.ids["Vendor", "State Board of Equalization"]
        for name, percent in TAX_ITEMS:
            fields = {"ItemDesc": "Sales Tax", "TaxRate": percent, "TaxVendorRef": agency}
            self.add("ItemSalesTax", name, fields)
        preferences.default_tax_item = self.ids["ItemSalesTax", "San Tomas"]

    def names(self, sizes: Sizes) -> None:
        for name in EMPLOYEES:
            first, _, last = name.partition(" ")
            self.add("Employee", name, {"FirstName": first, "LastName": last.split()[-1]})
        for name in OTHER_NAMES:
            self.add("OtherName", name, {})
        made: list[str] = []
        for number in range(sizes.customers):
            name = self._customer_name(len(made))
            parent = ""
            if made and number % 5 == 4:
                parent, name = self.random.choice(made), ("Kitchen", "Barn", "Unit 2")[number % 3]
                if self.state.names.get((family_of("Customer"), parent, fold(name))):
                    name = f"{name} #{number}"
            customer = self.add("Customer", name, self._customer(name, number), parent=parent)
            if not parent:
                made.append(customer)
            if number >= sizes.customers - sizes.inactive_customers:
                self.state.records[customer].fields["IsActive"] = "false"

    def _customer_name(self, number: int) -> str:
        if number < len(BUSINESSES):
            name = BUSINESSES[number]
        else:
            name = f"{self._one(LAST_NAMES)}, {self._one(FIRST_NAMES)}"
        if self.state.names.get((family_of("Customer"), "", fold(name))):
            name = f"{name} {number}"
        return name

    def _customer(self, name: str, number: int) -> Fields:
        preferences = self.state.preferences
        city, region, code = PLACES[number % len(PLACES)]
        fields: Fields = {
            "FirstName": self._one(FIRST_NAMES),
            "LastName": self._one(LAST_NAMES),
            "BillAddress": {
                "Addr1": name,
                "Addr2": f"{self.random.randrange(1, 999)} {self._one(STREETS)}",
                "City": city,
                "State": region,
                "PostalCode": code,
            },
            "Phone": f"(650) 555-{self.random.randrange(10_000):04d}",
            "TermsRef": self.ids["StandardTerms", TERMS[number % len(TERMS)][0]],
            "JobStatus": "None",
            "PreferredDeliveryMethod": "None",
        }
        if number % 3:
            fields["Email"] = f"c{number}@example.com"
        if number < len(BUSINESSES):
            fields["CompanyName"] = name
        if preferences.sales_tax:
            fields["SalesTaxCodeRef"] = preferences.taxable_code
            fields["ItemSalesTaxRef"] = preferences.default_tax_item
        return fields

    def items(self, sizes: Sizes) -> None:
        income = self.ids["Account", "Service Income"]
        parts = self.ids["Account", "Parts Income"]
        cost = self.ids["Account", "Cost of Goods Sold"]
        for number in range(sizes.services):
            name, text, amount, taxable = SERVICES[number % len(SERVICES)]
            side = {"Desc": text, "Price": amount, "AccountRef": income}
            self._item("ItemService", name, number, taxable, {"SalesOrPurchase": side})
        for number in range(sizes.parts):
            name, text, amount, bought = PARTS[number % len(PARTS)]
            both = {
                "SalesDesc": text,
                "SalesPrice": amount,
                "IncomeAccountRef": parts,
                "PurchaseDesc": text,
                "PurchaseCost": bought,
                "ExpenseAccountRef": cost,
            }
            self._item("ItemNonInventory", name, number, True, {"SalesAndPurchase": both})
        stock: Fields = {
            "SalesDesc": "Kitchen faucet, chrome",
            "SalesPrice": "129.00",
            "IncomeAccountRef": parts,
            "PurchaseCost": "71.50",
            "COGSAccountRef": cost,
            "AssetAccountRef": self.ids["Account", "Inventory Asset"],
            "QuantityOnHand": "12",
            "AverageCost": "71.50",
            "QuantityOnOrder": "0",
            "QuantityOnSalesOrder": "0",
        }
        self._item("ItemInventory", "Faucet", 0, True, stock)
        old = {"SalesOrPurchase": {"Price": "20.00", "AccountRef": income}, "IsActive": "false"}
        self._item("ItemService", "Old service", 0, False, old)
        self.add("ItemSubtotal", "Subtotal", {"ItemDesc": "Subtotal"})
        discounts = self.ids["Account", "Sales Discounts"]
        discount = {"DiscountRatePercent": "10.00", "AccountRef": discounts}
        self._item("ItemDiscount", "Ten percent off", 0, True, discount)

    def _item(self, kind: str, name: str, number: int, taxable: bool, fields: Fields) -> None:
        preferences = self.state.preferences
        if self.state.names.get((family_of(kind), "", fold(name))):
            name = f"{name} {number}"
        if preferences.sales_tax:
            code = preferences.taxable_code if taxable else preferences.nontaxable_code
            fields["SalesTaxCodeRef"] = code
        self.add(kind, name, fields)

    def _one(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices)
