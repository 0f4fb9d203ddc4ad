"""Items: which accounts they need, what is fixed at creation, what a feature must allow."""

import pytest

from tests.simulator.company_files import Books, text_of


def service(inside: str) -> str:
    return (
        f"<ItemServiceAddRq><ItemServiceAdd><Name>Repair</Name>{inside}"
        "</ItemServiceAdd></ItemServiceAddRq>"
    )


def one_side(account: str, more: str = "") -> str:
    return (
        f"<SalesOrPurchase>{more}<AccountRef><FullName>{account}</FullName></AccountRef>"
        "</SalesOrPurchase>"
    )


ONLY_INCOME = (
    "<SalesAndPurchase><IncomeAccountRef><FullName>Service Income</FullName></IncomeAccountRef>"
    "</SalesAndPurchase>"
)


@pytest.mark.parametrize(
    ("inside", "status"),
    [
        (one_side("Service Income"), 0),
        (one_side("Fuel"), 0),
        (one_side("Accounts Receivable"), 3140),
        (one_side("Estimates"), 3140),
        (one_side("Checking"), 3140),
        (one_side("No Such Account"), 3140),
        ("<SalesOrPurchase><Price>1.00</Price></SalesOrPurchase>", 3270),
        ("<SalesOrPurchase></SalesOrPurchase>", 3270),
        (ONLY_INCOME, 3270),
    ],
)
def test_a_service_needs_an_account_that_fits(inside: str, status: int) -> None:
    assert Books().status(service(inside)) == status


def test_an_item_is_printed_with_its_defaults() -> None:
    item = Books().one(service(one_side("Service Income", "<Desc>Fix it</Desc><Price>5</Price>")))

    assert [each.tag for each in item] == [
        "ListID",
        "TimeCreated",
        "TimeModified",
        "EditSequence",
        "Name",
        "FullName",
        "IsActive",
        "Sublevel",
        "SalesTaxCodeRef",
        "SalesOrPurchase",
    ]
    assert text_of(item, "SalesOrPurchase/Price") == "5.00"
    assert text_of(item, "SalesTaxCodeRef/FullName") == "Tax"


def test_the_shape_of_an_item_is_fixed() -> None:
    books = Books()
    item = books.one(service(one_side("Service Income")))
    request = (
        f"<ItemServiceModRq><ItemServiceMod><ListID>{text_of(item, 'ListID')}</ListID>"
        f"<EditSequence>{text_of(item, 'EditSequence')}</EditSequence>{{}}"
        "</ItemServiceMod></ItemServiceModRq>"
    )

    both = "<SalesAndPurchaseMod><SalesPrice>1.00</SalesPrice></SalesAndPurchaseMod>"
    assert books.status(request.format(both)) == 3151
    changed = books.one(
        request.format("<SalesOrPurchaseMod><Price>7.5</Price></SalesOrPurchaseMod>")
    )
    assert text_of(changed, "SalesOrPurchase/Price") == "7.50"
    assert text_of(changed, "SalesOrPurchase/AccountRef/FullName") == "Service Income"


INVENTORY = (
    "<ItemInventoryAddRq><ItemInventoryAdd><Name>Tap</Name>"
    "<IncomeAccountRef><FullName>Parts Income</FullName></IncomeAccountRef>"
    "<COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef>{}"
    "</ItemInventoryAdd></ItemInventoryAddRq>"
)
ASSET = "<AssetAccountRef><FullName>Inventory Asset</FullName></AssetAccountRef>"


def test_inventory_needs_three_accounts_and_the_feature() -> None:
    books = Books()

    assert books.status(INVENTORY.format("")) == 3270
    assert books.status(INVENTORY.format(ASSET.replace("Inventory Asset", "Fuel"))) == 3140
    assert text_of(books.one(INVENTORY.format(ASSET)), "QuantityOnHand") == "0"
    books.company.state.preferences.inventory = False
    assert books.status(INVENTORY.format(ASSET).replace("Tap", "Pump")) == 3250


def test_a_tax_item_with_a_rate_needs_its_agency() -> None:
    books = Books()
    request = (
        "<ItemSalesTaxAddRq><ItemSalesTaxAdd><Name>{}</Name><TaxRate>{}</TaxRate>{}"
        "</ItemSalesTaxAdd></ItemSalesTaxAddRq>"
    )
    agency = "<TaxVendorRef><FullName>State Board of Equalization</FullName></TaxVendorRef>"

    assert books.status(request.format("A", "8.25", "")) == 3150
    assert books.status(request.format("B", "0", "")) == 0
    assert text_of(books.one(request.format("C", "8.25", agency)), "TaxRate") == "8.25"


def test_small_lists_can_be_added_to() -> None:
    books = Books()

    def status(kind: str, inside: str) -> int:
        return books.status(f"<{kind}AddRq><{kind}Add>{inside}</{kind}Add></{kind}AddRq>")

    assert status("StandardTerms", "<Name>net 30</Name>") == 3100
    assert status("StandardTerms", "<Name>Net 45</Name>") == 0
    assert status("PaymentMethod", "<Name>Zelle</Name>") == 0
    assert status("Class", "<Name>West</Name>") == 0
    assert status("Vendor", "<Name>Anna</Name>") == 0
    assert status("Customer", "<Name>Anna</Name>") == 3100
    account = "<Name>X</Name><AccountType>Income</AccountType>"
    assert status("Account", account) == 0
    assert status("Account", account) == 3100
    assert status("Account", account.replace("Income", "Wealth").replace("X", "Y")) == 3110
