"""Names: one name space for all people, one for all items, case-blind, inactive ones included."""

import pytest

from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import Books, text_of


def add(name: str, more: str = "") -> str:
    return f"<CustomerAddRq><CustomerAdd><Name>{name}</Name>{more}</CustomerAdd></CustomerAddRq>"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Lawn Depot", id="vendor"),
        pytest.param("LAWN DEPOT", id="whatever its case"),
        pytest.param("  Lawn Depot ", id="trimmed"),
        pytest.param("Dan Miller", id="employee"),
        pytest.param("Owner's Draw", id="other name"),
        pytest.param("100% Clean!", id="customer"),
    ],
)
def test_a_name_that_anybody_has_is_taken(name: str) -> None:
    (answer,) = Books().ask(add(name))

    assert answer.get("statusCode") == "3100"
    message = answer.get("statusMessage")
    assert message == f'The name "{name.strip()}" of the list element is already in use.'


def test_an_inactive_record_holds_its_name() -> None:
    books = Books()
    inactive = next(each for each in books.company.customers() if not each.active)
    assert books.status(add(inactive.name)) in {3100, 0}  # A sub-customer's name is its parent's.
    books.customer("Old Client", "<IsActive>false</IsActive>")

    assert books.status(add("old client")) == 3100


def test_names_differ_per_parent() -> None:
    books = Books()
    anna = text_of(books.customer("Anna"), "ListID")
    ben = text_of(books.customer("Ben"), "ListID")
    under = "<ParentRef><ListID>{}</ListID></ParentRef>"

    barn = books.customer("The Barn", under.format(anna))
    assert text_of(barn, "FullName") == "Anna:The Barn"
    assert text_of(barn, "Sublevel") == "1"
    assert text_of(barn, "ParentRef/FullName") == "Anna"
    assert books.status(add("the barn", under.format(anna))) == 3100
    assert books.status(add("The Barn", under.format(ben))) == 0
    assert books.status(add("The Barn")) == 0
    assert books.status(add("X", under.format("80009999-1"))) == 3130
    assert books.status(add("X", "<ParentRef><FullName>Nobody</FullName></ParentRef>")) == 3130


def test_a_colon_is_refused_in_quickbooks_words() -> None:
    (answer,) = Books().ask(add("Incorrect : Name"))

    assert answer.get("statusCode") == "3090"
    assert answer.get("statusMessage") == (
        'There was an error when storing "Incorrect : Name" in the "customer name" field.  '
        "QuickBooks error message: Names in this list cannot contain a colon.  The colon is a "
        "special character used to indicate a parent/child relationship."
    )


def test_an_empty_name_is_missing() -> None:
    assert Books().status(add("  ")) == 3150


def test_items_of_all_types_share_their_names() -> None:
    books = Books()
    side = (
        "<SalesOrPurchase><AccountRef><FullName>Parts Income</FullName></AccountRef>"
        "</SalesOrPurchase>"
    )
    request = (
        "<ItemNonInventoryAddRq><ItemNonInventoryAdd><Name>{}</Name>{}{}"
        "</ItemNonInventoryAdd></ItemNonInventoryAddRq>"
    )

    assert books.status(request.format("diagnostics", "", side)) == 3100
    assert books.status(request.format("San Tomas", "", side)) == 3100
    assert books.status(request.format("Old service", "", side)) == 3100
    parent = "<ParentRef><FullName>Furnace filter 16x25</FullName></ParentRef>"
    child = books.one(request.format("Diagnostics", parent, side))
    assert text_of(child, "FullName") == "Furnace filter 16x25:Diagnostics"
    assert books.status(request.format("a:b", "", side)) == 3090


def test_a_reference_by_full_name_is_case_blind_and_a_path() -> None:
    books = Books()
    text = (
        "<ItemServiceAddRq><ItemServiceAdd><Name>Repair</Name><SalesOrPurchase><AccountRef>"
        "<FullName>service income:REPAIRS</FullName></AccountRef></SalesOrPurchase>"
        "</ItemServiceAdd></ItemServiceAddRq>"
    )

    item = books.one(text)

    account = text_of(item, "SalesOrPurchase/AccountRef/FullName")
    assert account == "Service Income:Repairs"


def test_a_guid_may_have_to_be_unique() -> None:
    guid = "<ExternalGUID>{6F1E8A10-0000-4000-8000-000000000001}</ExternalGUID>"
    lenient, strict = Books(), Books(variant=Variant(guid_unique=True))
    for books in (lenient, strict):
        assert books.status(add("A", guid)) == 0

    assert lenient.status(add("B", guid)) == 0
    assert strict.status(add("B", guid)) == 3100
