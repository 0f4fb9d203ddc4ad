"""A value that is wrong fails its own request, with the status of its kind; others go on."""

import pytest

from tests.simulator.company_files import Books, text_of

WRONG = {
    "<IsActive>True</IsActive>": 3010,
    "<JobStartDate>2026-02-30</JobStartDate>": 3020,
    "<JobStartDate>03/05/2026</JobStartDate>": 3020,
    "<CreditLimit>10.5</CreditLimit>": 3040,
    "<CreditLimit>1,000.00</CreditLimit>": 3040,
    "<CreditLimit>$5.00</CreditLimit>": 3040,
    "<Phone>0123456789012345678901</Phone>": 3070,
    "<JobStatus>Maybe</JobStatus>": 3110,
    "<ExternalGUID>6F1E8A10-0000-4000-8000-000000000001</ExternalGUID>": 3065,
    "<TermsRef><FullName>Net 900</FullName></TermsRef>": 3140,
    "<TermsRef><ListID>80000999-1</ListID></TermsRef>": 3140,
    "<TermsRef><ListID>0123456789012345678901234567890123456789</ListID></TermsRef>": 3000,
    "<SalesTaxCodeRef><FullName>Wow</FullName></SalesTaxCodeRef>": 3140,
    (
        "<BillAddress><Addr1>1</Addr1><Addr2>2</Addr2><Addr3>3</Addr3><Addr4>4</Addr4>"
        "<Addr5>5</Addr5><City>C</City></BillAddress>"
    ): 3205,
}


@pytest.mark.parametrize(("element", "status"), WRONG.items())
def test_a_wrong_value_has_its_status(element: str, status: int) -> None:
    books = Books()
    bad = f"<CustomerAddRq><CustomerAdd><Name>Anna</Name>{element}</CustomerAdd></CustomerAddRq>"
    good = "<CustomerAddRq><CustomerAdd><Name>Ben</Name></CustomerAdd></CustomerAddRq>"

    first, second = books.ask(bad + good)

    assert first.get("statusCode") == str(status)
    assert first.get("statusSeverity") == "Error"
    assert len(first) == 0
    assert second.get("statusCode") == "0"
    assert {"Ben"} == {"Anna", "Ben"} & {each.name for each in books.company.customers()}


def test_an_over_long_name_is_refused_in_quickbooks_words() -> None:
    books = Books()
    name = "x" * 42

    (answer,) = books.ask(
        f"<CustomerAddRq><CustomerAdd><Name>{name}</Name></CustomerAdd></CustomerAddRq>"
    )

    assert answer.get("statusCode") == "3070"
    assert answer.get("statusMessage") == f'The string "{name}" in the field "Name" is too long.'


def test_a_request_id_of_51_characters_is_1060() -> None:
    request = f'<HostQueryRq requestID="{"r" * 51}"/>'

    assert Books().status(request) == 1060


def test_prices_have_five_decimals_and_quantities_too() -> None:
    books = Books()
    request = (
        "<ItemServiceAddRq><ItemServiceAdd><Name>A</Name><SalesOrPurchase><Price>{}</Price>"
        "<AccountRef><FullName>Service Income</FullName></AccountRef></SalesOrPurchase>"
        "</ItemServiceAdd></ItemServiceAddRq>"
    )

    assert books.status(request.format("1.123456")) == 3045
    assert books.status(request.format("1e3")) == 3045
    assert text_of(books.one(request.format("1.1234")), "SalesOrPurchase/Price") == "1.1234"


def test_text_is_kept_in_windows_1252() -> None:
    customer = Books().customer("Café &#8211; &#128512; &#20013;")

    assert text_of(customer, "Name") == "Café – ? ?"


def test_a_length_counts_characters() -> None:
    assert text_of(Books().customer("é" * 41), "Name") == "é" * 41


def test_a_page_of_none_is_refused() -> None:
    books = Books()

    assert books.status("<CustomerQueryRq><MaxReturned>0</MaxReturned></CustomerQueryRq>") == 3085
    assert books.status("<CustomerQueryRq><MaxReturned>x</MaxReturned></CustomerQueryRq>") == 3085


def test_booleans_may_be_digits() -> None:
    books = Books()

    assert text_of(books.customer("A", "<IsActive>0</IsActive>"), "IsActive") == "false"
    assert text_of(books.customer("B", "<IsActive></IsActive>"), "IsActive") == "true"
