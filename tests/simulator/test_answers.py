"""Answers look as QuickBooks' do, and fit Intuit's schema."""

from functools import cache

import pytest
from lxml import etree

from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import (
    Books,
    applied_to,
    document,
    invoice_add,
    line,
    payment_add,
    text_of,
)
from tests.support.shared import shared

ALL = "<ActiveStatus>All</ActiveStatus>"
OWNER = "{57F3B9B6-86F1-4FCD-B1EF-166DE1813D20}"


@cache
def intuits_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(shared("qbxml-13.0", "qbxmlops130.xsd"))))


def everything(books: Books) -> str:
    """Return an answer with every kind of record in it."""
    anna = text_of(
        books.customer(
            "Anna &amp; Söhne",
            "<CompanyName>Söhne</CompanyName><FirstName>Anna</FirstName><BillAddress><Addr1>1</Addr1>"
            "<City>B</City><Note>n</Note></BillAddress><Phone>1</Phone><Email>a@example.com</Email>"
            "<Notes>two\nlines</Notes>"
            "<ExternalGUID>{6F1E8A10-0000-4000-8000-000000000001}</ExternalGUID>",
        ),
        "ListID",
    )
    text = "<InvoiceLineAdd><Desc>Thanks</Desc></InvoiceLineAdd>"
    invoice = books.invoice(anna, line("Labor", "<Quantity>1.5</Quantity>") + text)
    due = text_of(invoice, "TxnID")
    payment = books.one(payment_add(anna, "10.00", applied_to(due, "5.00")))
    books.invoice(anna, line() + line("Ten percent off"))
    extra = books.one(payment_add(anna, "1.00", "<IsAutoApply>false</IsAutoApply>"))
    lists = [
        "Customer",
        "Entity",
        "Item",
        "Account",
        "StandardTerms",
        "PaymentMethod",
        "SalesTaxCode",
        "Vendor",
    ]
    return books.answer(
        '<HostQueryRq requestID="0"/>'
        f'<CompanyQueryRq requestID="1"><OwnerID>{OWNER}</OwnerID></CompanyQueryRq>'
        "<PreferencesQueryRq/><CompanyActivityQueryRq/>"
        + "".join(f"<{each}QueryRq>{ALL}</{each}QueryRq>" for each in lists)
        + "<InvoiceQueryRq><IncludeLineItems>1</IncludeLineItems><IncludeLinkedTxns>1"
        "</IncludeLinkedTxns></InvoiceQueryRq>"
        "<ReceivePaymentQueryRq><IncludeLineItems>true</IncludeLineItems></ReceivePaymentQueryRq>"
        "<ReceivePaymentToDepositQueryRq/>"
        f"<TxnDelRq><TxnDelType>ReceivePayment</TxnDelType><TxnID>{text_of(extra, 'TxnID')}</TxnID>"
        f"</TxnDelRq><TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{due}</TxnID></TxnVoidRq>"
        "<TxnDeletedQueryRq><TxnDelType>ReceivePayment</TxnDelType></TxnDeletedQueryRq>"
        + invoice_add(anna, line("Nothing"))
        + f"<CustomerQueryRq><ListID>{text_of(payment, 'TxnID')}</ListID></CustomerQueryRq>",
        'newMessageSetID="A"',
    )


@pytest.mark.parametrize("stored", ["ret", "recovery"])
def test_answers_fit_intuits_schema(stored: str) -> None:
    books = Books(variant=Variant(stored_answers=stored))  # type: ignore[arg-type]
    books.company.stamp(owner_id=OWNER, name="FileID", value="{X}")
    people.restore(books.company, books.company.to_json(), now=books.now)
    books.company.state.condensed_at = books.company.state.restored_at

    for answer in (everything(books), books.answer("", 'newMessageSetID="A" oldMessageSetID="A"')):
        intuits_schema().assertValid(etree.fromstring(answer.encode()))


def test_answers_look_like_recorded_ones() -> None:
    books = Books()

    answer = books.answer(
        '<CustomerAddRq requestID="2"><CustomerAdd><Name>Eric &amp; "Zoë"</Name></CustomerAdd>'
        "</CustomerAddRq>"
    )

    assert answer.startswith(
        '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<CustomerAddRs requestID="2" '
        'statusCode="0" statusSeverity="Info" statusMessage="Status OK">\n<CustomerRet>\n<ListID>'
    )
    assert '<Name>Eric &amp; "Zo&#235;"</Name>\n' in answer
    assert "\r" not in answer
    recorded = etree.parse(str(shared("answers", "add", "customer_add.xml")))
    wanted = [each.tag for each in recorded.iterfind(".//CustomerRet/*")]
    shown = etree.fromstring(answer.encode()).find(".//CustomerRet")
    assert shown is not None
    tags = [each.tag for each in shown]
    assert [each for each in tags if each in wanted] == wanted


def test_an_invoice_has_the_elements_of_a_recorded_one_in_their_order() -> None:
    books = Books()
    anna = text_of(books.customer("Anna", "<BillAddress><Addr1>1</Addr1></BillAddress>"), "ListID")
    invoice = books.invoice(anna, line("Labor", "<Rate>111.111</Rate>"))
    recorded = etree.parse(str(shared("answers", "add", "invoice_add.xml")))

    known = [each.tag for each in recorded.iterfind(".//InvoiceRet/*") if each.tag != "TemplateRef"]
    tags = [each.tag for each in invoice]

    assert [each for each in tags if each in known] == known
    in_line = [each.tag for each in recorded.iterfind(".//InvoiceLineRet/*")]
    assert [each.tag for each in invoice[-1]] == in_line


def test_the_first_answers_of_a_session_hold_what_recorded_ones_do() -> None:
    books = Books()
    books.company.stamp(owner_id=OWNER, name="FileID", value="{6F1E8A10-0000-4000-8000-1}")
    books.company.stamp(owner_id=OWNER, name="AppLock", value="LOCKED:PC:1")
    books.company.stamp(owner_id="{0}", name="FileID", value="another app's")

    host, company, preferences = books.ask(
        f"<HostQueryRq/><CompanyQueryRq><OwnerID>{OWNER.lower()}</OwnerID></CompanyQueryRq>"
        "<PreferencesQueryRq/>"
    )

    assert text_of(host[0], "Country") == "US"
    assert "13.0" in {each.text for each in host.iter("SupportedQBXMLVersion")}
    marks = {
        text_of(each, "DataExtName"): text_of(each, "DataExtValue")
        for each in company.iter("DataExtRet")
    }
    assert marks == {"AppLock": "LOCKED:PC:1", "FileID": "{6F1E8A10-0000-4000-8000-1}"}
    tax = preferences[0].find("SalesTaxPreferences")
    assert tax is not None
    assert text_of(tax, "DefaultItemSalesTaxRef/FullName") == "San Tomas"
    recorded = etree.parse(str(shared("answers", "str_hcp_response.xml")))
    order = [each.tag for each in recorded.iterfind(".//PreferencesRet/*")]
    shown = [each.tag for each in preferences[0] if each.tag in order]
    assert shown == [each for each in order if each in shown]


def test_preferences_follow_the_company() -> None:
    books = Books(sales_tax=False)
    people.close_books(books.company, "2025-12-31")

    (preferences,) = books.ask("<PreferencesQueryRq/>")

    assert preferences[0].find("SalesTaxPreferences") is None
    assert text_of(preferences[0], "AccountingPreferences/ClosingDate") == "2025-12-31"


def test_a_restore_shows_and_a_copy_does_not() -> None:
    books = Books()
    backup = books.company.to_json()
    books.customer("Anna")

    people.copy_back(books.company, backup)
    (before,) = books.ask("<CompanyActivityQueryRq/>")
    people.restore(books.company, backup, now=books.now)
    (after,) = books.ask("<CompanyActivityQueryRq/>")

    assert before[0].find("LastRestoreTime") is None
    assert text_of(after[0], "LastRestoreTime").startswith("2026-05-03T12:0")
    assert "Anna" not in {each.name for each in books.company.customers()}


def test_what_quickbooks_knows_and_this_company_does_not_is_1030() -> None:
    books = Books()
    text = document(
        "<DataExtDefQueryRq><OwnerID>0</OwnerID></DataExtDefQueryRq>", 'onError="stopOnError"'
    )

    assert 'statusCode="1030"' in books.company.answer(text, session=books.session, now=books.now)
