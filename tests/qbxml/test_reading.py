"""The reader against everything that was recorded from QuickBooks, and what it makes of values."""

import datetime as dt
import html
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from fieldledger.qbxml.reading import Answer, AnswerSet, Record, Recovery, Status, read_answers
from fieldledger.qbxml.schema import RECORDS, elements_of
from tests.support.shared import shared

OK = Status(0, "Info", "Status OK")


@cache
def recorded(name: str) -> AnswerSet:
    return read_answers(shared("answers", name).read_text(encoding="utf-8"))


def only(name: str) -> Answer:
    answers = recorded(name).answers
    assert len(answers) == 1
    return answers[0]


def summary(record: Record) -> tuple[str, str | None, str | None]:
    """Return the type, the id and the name (or number) of a record."""
    name = record.text("FullName") or record.text("Name") or record.text("RefNumber")
    return record.type, record.text("ListID") or record.text("TxnID"), name


# --- Recorded answers to Adds ---

ADDED = {
    "customer_add.xml": ("CustomerRet", "8000000C-1412613002", "Eric"),
    "estimate_add.xml": ("EstimateRet", "32-1413908999", "3"),
    "invoice_add.xml": ("InvoiceRet", "2F-1413895912", "1"),
    "item_discount_add.xml": ("ItemDiscountRet", "80000013-1412791049", "blublu"),
    "item_group_add.xml": ("ItemGroupRet", "8000001C-1413570984", "group item name"),
    "item_non_inventory_add.xml": ("ItemNonInventoryRet", "80000015-1412866569", "Bloblo"),
    "item_other_charge_add.xml": (
        "ItemOtherChargeRet",
        "80000016-1412875133",
        "Qbwc other charge item",
    ),
    "item_payment_add.xml": ("ItemPaymentRet", "80000018-1412951097", "Some payment item name"),
    "item_service_add.xml": ("ItemServiceRet", "80000019-1413224720", "Service item name"),
    "item_subtotal_add.xml": ("ItemSubtotalRet", "8000001B-1413332531", "Some subtotal name"),
    "job_add.xml": ("CustomerRet", "8000000B-1412392005", "Marcos:Job do marcos"),
    "purchase_order_add.xml": ("PurchaseOrderRet", "2C-1413851583", "45SKY"),
    "vendor_add.xml": ("VendorRet", "8000000D-1413595833", "Some vendor name"),
}


@pytest.mark.parametrize("name", sorted(ADDED))
def test_an_add_is_answered_with_its_record(name: str) -> None:
    answer = only(f"add/{name}")

    assert answer.type == ADDED[name][0].replace("Ret", "Add")
    assert answer.request_id == ("3" if name == "estimate_add.xml" else "2")
    assert answer.status == OK
    assert [summary(record) for record in answer.records] == [ADDED[name]]
    record = answer.records[0]
    assert record.text("EditSequence") == str(record.text(record.names()[0])).partition("-")[2]


def test_every_recorded_add_is_read_here() -> None:
    assert {path.name for path in shared("answers", "add").iterdir()} == set(ADDED)


def test_a_new_invoice_says_its_totals_and_lines() -> None:
    invoice = only("add/invoice_add.xml").records[0]

    assert invoice.text("CustomerRef/ListID") == "80000001-1408037988"
    assert invoice.text("CustomerRef/FullName") == "Marcos Feliciano"
    assert invoice.date("TxnDate") == dt.date(2014, 10, 20)
    assert invoice.whole("TxnNumber") == 15
    assert invoice.money("Subtotal") == Decimal("111.11")
    assert invoice.money("SalesTaxTotal") == Decimal("0.00")
    assert invoice.money("BalanceRemaining") == Decimal("111.11")
    assert invoice.flag("IsPaid") is False
    assert invoice.texts("BillAddress/Addr2") == ["Marcos R Feliciano"]
    (line,) = invoice.children("InvoiceLineRet")
    assert line.text("TxnLineID") == "31-1413895912"
    assert line.text("ItemRef/FullName") == "Fibra de Carbono"
    assert line.number("Rate") == Decimal("111.111")
    assert line.money("Amount") == Decimal("111.11")
    assert line.number("Quantity") is None
    assert line.text("SalesTaxCodeRef/FullName") == "Non"


def test_a_new_sub_customer_says_its_parent() -> None:
    record = only("add/job_add.xml").records[0]

    assert record.text("ParentRef/ListID") == "80000001-1408037988"
    assert record.whole("Sublevel") == 1
    assert record.text("Name") == "Job do marcos"


def test_prices_accounts_and_flags_of_new_items() -> None:
    item = only("add/item_non_inventory_add.xml").records[0]
    assert item.number("SalesOrPurchase/Price") == Decimal("40.00")
    assert item.text("SalesOrPurchase/AccountRef/FullName") == "Consulting Income"
    assert only("add/item_other_charge_add.xml").records[0].number(
        "SalesOrPurchase/Price"
    ) == Decimal(19)
    assert only("add/item_service_add.xml").records[0].number("SalesOrPurchase/Price") == 10
    assert only("add/item_discount_add.xml").records[0].number("DiscountRate") == 10
    payment = only("add/item_payment_add.xml").records[0]
    assert payment.text("DepositToAccountRef/FullName") == "Undeposited Funds"
    subtotal = only("add/item_subtotal_add.xml").records[0]
    assert subtotal.text("ItemDesc") == "Somme subtotal description"
    assert only("add/item_group_add.xml").records[0].flag("IsPrintItemsInGroup") is False


def test_other_transactions_and_names_are_read_though_the_table_has_none() -> None:
    assert only("add/estimate_add.xml").records[0].money("TotalAmount") == Decimal("111.11")
    order = only("add/purchase_order_add.xml").records[0]
    assert order.text("ShipAddressBlock/Addr4") == "Rio de Janeiro, 22210050"
    assert order.number("PurchaseOrderLineRet/ReceivedQuantity") == 0
    assert only("add/vendor_add.xml").records[0].flag("IsActive") is False


# --- Recorded answers to queries ---


def test_customers_come_with_their_sub_customers() -> None:
    answer = only("customers_with_many_jobs.xml")

    assert [
        (record.text("FullName"), record.whole("Sublevel"), record.text("ParentRef/FullName"))
        for record in answer.records
    ] == [
        ("Marcos Brian", 0, None),
        ("Steve Jobs", 0, None),
        ("Steve Jobs:Steve Jobs", 1, "Steve Jobs"),
        ("Steve Jobs:Steve Jobs:Steve Jobs", 2, "Steve Jobs:Steve Jobs"),
        ("Steve Jobs:TRABALHO", 1, "Steve Jobs"),
    ]
    assert (answer.request_id, answer.iterator_remaining) == ("", 0)
    assert answer.iterator_id == "{fb47b347-07e7-485a-82db-16ee419e6094}"


def test_a_parents_balance_and_total_balance_are_told_apart() -> None:
    answer = only("customers_with_jobs.xml")

    assert [
        (record.text("ListID"), record.money("Balance"), record.money("TotalBalance"))
        for record in answer.records
    ] == [
        ("80000001-1408037988", Decimal("1000.00"), Decimal("1000.00")),
        ("80000003-1408977329", Decimal("2000.00"), Decimal("10000.00")),
        ("80000004-1409240672", Decimal("8000.00"), Decimal("8000.00")),
    ]
    assert (answer.type, answer.request_id, answer.status) == ("CustomerQuery", "2", OK)


def test_a_single_customer() -> None:
    answer = only("customer.xml")

    (record,) = answer.records
    assert summary(record) == ("CustomerRet", "80000001-1408037988", "Marcos Feliciano")
    assert (record.text("CompanyName"), record.text("MiddleName")) == ("Igreja", "R")
    assert record.text("TimeModified") == "2014-08-14T14:39:49-02:00"
    assert record.date("TimeModified") == dt.date(2014, 8, 14)
    assert answer.iterator_id == "{70b27af2-b36d-40c2-961d-b1d5c348ddce}"


def test_invoices_say_what_is_open() -> None:
    assert [
        (record.text("TxnID"), record.text("RefNumber"), record.money("BalanceRemaining"))
        for record in only("invoices.xml").records
    ] == [
        ("1-1408037988", None, Decimal("1000.00")),
        ("4-1408977329", "323143", Decimal("2000.00")),
        ("7-1409240672", None, Decimal("8000.00")),
    ]


def test_accounts() -> None:
    records = only("accounts.xml").records

    assert len(records) == 43
    assert summary(records[0]) == ("AccountRet", "80000024-1408037988", "Accounts Receivable")
    assert records[0].text("AccountType") == "AccountsReceivable"
    assert records[0].money("Balance") == Decimal("11000.00")
    assert sum(record.text("AccountType") == "Income" for record in records) > 3


def test_items_of_all_types_come_type_by_type() -> None:
    kinds = [record.type for record in only("items.xml").records]
    assert kinds == [
        "ItemServiceRet",
        "ItemNonInventoryRet",
        "ItemNonInventoryRet",
        "ItemOtherChargeRet",
        "ItemOtherChargeRet",
        "ItemSubtotalRet",
        "ItemDiscountRet",
        "ItemPaymentRet",
        "ItemGroupRet",
    ]
    assert len(only("items.xml").records[-1].children("ItemGroupLine")) == 3
    deepest = only("items_2.xml").records[6]
    assert deepest.text("FullName") == "Apontador:Lapis2:Apontador:Apontador"
    assert (deepest.whole("Sublevel"), deepest.text("ParentRef/FullName")) == (
        3,
        "Apontador:Lapis2:Apontador",
    )
    assert len(only("items_2.xml").records) == 13
    assert [summary(record) for record in only("item.xml").records] == [
        ("ItemServiceRet", "80000001-1409348960", "Fibra de Carbono")
    ]


def test_services_have_both_shapes_of_id_and_their_text_unescaped() -> None:
    records = only("items_services_2.xml").records

    assert len(records) == 50
    assert records[0].text("ListID") == "70002-988034888"
    assert records[0].text("Name") == "01 Plans & Permits  ."
    assert records[2].text("ListID") == "8000003D-1513363154"
    assert {record.type for record in records} == {"ItemServiceRet"}


def test_a_date_that_cannot_be_is_none() -> None:
    records = only("items_service.xml").records

    assert records[0].text("TimeCreated") == "2015-02-30T12:26:39+11:00"
    assert records[0].date("TimeCreated") is None
    assert [record.text("FullName") for record in records] == [
        "Fix the window",
        "Construction",
        "Construction:Build a wall",
    ]
    assert records[2].text("ParentRef/ListID") == "80000001-1422581199"


def test_vendors() -> None:
    assert [summary(record) for record in only("vendors.xml").records] == [
        ("VendorRet", "80000008-1410362704", "Carl Sagan"),
        ("VendorRet", "80000002-1408125097", "Casas Chama"),
    ]
    assert [record.text("Email") for record in only("vendors.xml").records] == [
        "carl@gmail.com",
        "caramba@gaga.com",
    ]
    assert only("vendor.xml").records[0].text("Name") == "Valente Construction"


def test_nothing_found_is_no_error_and_no_record() -> None:
    answer = only("purchase_orders_empty.xml")

    assert answer.records == ()
    assert answer.status.code == 1
    assert answer.status.message.startswith("A query request did not find")


def test_the_first_answer_of_a_session_says_who_and_where_we_are() -> None:
    host, company, preferences = recorded("str_hcp_response.xml").answers

    assert (host.type, host.request_id) == ("HostQuery", "0")
    (record,) = host.records
    assert record.text("ProductName") == "QuickBooks Accountant 2013"
    assert record.texts("SupportedQBXMLVersion")[-1] == "12.0"
    assert record.text("QBFileMode") == "SingleUser"
    (record,) = company.records
    assert record.text("CompanyName") == "Alexandre Test"
    assert record.flag("IsSampleCompany") is False
    assert [
        (each.text("DataExtName"), each.text("DataExtValue"))
        for each in record.children("DataExtRet")
        if each.text("DataExtName") == "FileID"
    ] == [("FileID", "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}")]
    (record,) = preferences.records
    assert record.flag("AccountingPreferences/IsRequiringAccounts") is True
    assert record.date("AccountingPreferences/ClosingDate") is None
    assert record.flag("MultiCurrencyPreferences/IsMultiCurrencyOn") is False
    assert record.child("SalesTaxPreferences") is None
    rights = record.child("CurrentAppAccessRights")
    assert rights is not None
    assert rights.flag("IsPersonalDataAccessAllowed") is False


def every_recorded() -> list[Path]:
    return sorted(shared("answers").rglob("*.xml"))


def test_every_recorded_record_has_its_elements_where_the_table_has_them() -> None:
    seen: set[str] = set()
    for path in every_recorded():
        for answer in read_answers(path.read_text(encoding="utf-8")).answers:
            for record in answer.records:
                if record.type in RECORDS:
                    seen.add(record.type)
                    order = [each.name for each in elements_of(RECORDS[record.type].parts)]
                    places = [order.index(name) for name in record.names()]
                    assert places == sorted(places), (path.name, record.type)

    assert {"CustomerRet", "InvoiceRet", "PreferencesRet", "ItemGroupRet"} <= seen


# --- What a client of the Web Connector's kind has put on the wire ---

WIRE = {
    "mono-drain": [
        ["HostQuery 1", "CompanyQuery 1", "PreferencesQuery 1"],
        ["CustomerQuery 6"],
        ["CustomerAdd 1"],
        ["InvoiceAdd 1"],
        ["ReceivePaymentAdd 1"],
    ],
    "mono-drop": [["HostQuery 1", "CompanyQuery 1", "PreferencesQuery 1"], ["CustomerQuery 7"]],
    "mono-hresult-getLastError": [["HostQuery 1", "CompanyQuery 1", "PreferencesQuery 1"]],
    "mono-null-noexpect": [
        ["HostQuery 1", "CompanyQuery 1", "PreferencesQuery 1"],
        ["CustomerQuery 7"],
        ["CustomerAdd 1"],
        ["InvoiceAdd 1"],
        ["ReceivePaymentAdd 1"],
    ],
}


def payloads(folder: Path) -> list[AnswerSet]:
    pattern = re.compile(r"<(strHCPResponse|response)>(.+?)</\1>", re.DOTALL)
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())]
    return [
        read_answers(html.unescape(match[2])) for text in texts for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize("name", sorted(WIRE))
def test_what_was_seen_on_the_wire_is_read(name: str) -> None:
    found = payloads(shared("wire", name))

    assert [
        [f"{answer.type} {len(answer.records)}" for answer in each.answers] for each in found
    ] == WIRE[name]
    assert {answer.status for each in found for answer in each.answers} == {OK}
    host = found[0].answers[0].records[0]
    assert host.text("ProductName") == "QuickBooks Enterprise Solutions 24.0"
    if len(found) > 1:
        names = [record.text("FullName") for record in found[1].answers[0].records]
        assert names[:3] == ["100% Clean!", "100% Clean!:Kitchen", "A & B <Plumbing>"]
        assert found[1].answers[0].records[1].text("ParentRef/FullName") == "100% Clean!"
        assert found[1].answers[0].iterator_remaining == 0
    if len(found) > 2:
        invoice, payment = found[3].answers[0], found[4].answers[0]
        assert (invoice.request_id, payment.request_id) == ("i", "p")
        applied = payment.records[0].child("AppliedToTxnRet")
        assert applied is not None
        assert applied.text("TxnID") == invoice.records[0].text("TxnID")


# --- Shapes that no recording has ---


def answers(inside: str, attributes: str = "") -> AnswerSet:
    return read_answers(f"<QBXML><QBXMLMsgsRs{attributes}>{inside}</QBXMLMsgsRs></QBXML>")


def test_an_answer_without_a_record_has_fields_of_its_own() -> None:
    (answer,) = answers(
        '<TxnVoidRs requestID="7" statusCode="0" statusSeverity="Info" statusMessage="Status OK">'
        "<TxnVoidType>Invoice</TxnVoidType><TxnID>1-2</TxnID></TxnVoidRs>"
    ).answers

    assert answer.type == "TxnVoid"
    (record,) = answer.records
    assert (record.type, record.text("TxnID")) == ("TxnVoid", "1-2")


def test_what_was_written_is_named_even_without_its_record() -> None:
    (answer,) = answers(
        '<InvoiceAddRs requestID="7" statusCode="530" statusSeverity="Warn" statusMessage="!">'
        "<ErrorRecovery><TxnID>1-2</TxnID><TxnNumber>9</TxnNumber>"
        "<EditSequence>3</EditSequence><ExternalGUID>{x}</ExternalGUID></ErrorRecovery>"
        "</InvoiceAddRs>"
    ).answers

    assert answer.records == ()
    assert answer.status == Status(530, "Warn", "!")
    assert answer.recovery == Recovery(
        list_id=None,
        txn_id="1-2",
        owner_id=None,
        txn_number=9,
        edit_sequence="3",
        external_guid="{x}",
    )


def test_a_message_set_says_what_became_of_it() -> None:
    found = answers("", ' newMessageSetID="F1" messageSetStatusCode="600"')

    assert (found.answers, found.message_set_id, found.message_set_status) == ((), "F1", 600)
    assert answers("").message_set_status is None


def test_a_query_for_a_count_is_answered_with_one() -> None:
    (answer,) = answers('<CustomerQueryRs requestID="1" statusCode="0" retCount="12"/>').answers

    assert (answer.ret_count, answer.iterator_remaining) == (12, None)
    assert answer.status == Status(0, "", "")


def test_answers_keep_the_order_of_their_requests() -> None:
    found = answers(
        '<CustomerAddRs requestID="b" statusCode="0"/><InvoiceAddRs requestID="a" statusCode="3"/>'
    )

    assert [answer.request_id for answer in found.answers] == ["b", "a"]


def record_with(inside: str) -> Record:
    return answers(f'<ARs statusCode="0"><ARet>{inside}</ARet></ARs>').answers[0].records[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10.50", "10.50"),
        (" -3 ", "-3"),
        ("+1.", "1"),
        ("", None),
        ("1,000.00", None),
        ("$1", None),
        ("NaN", None),
        ("1e5", None),
        ("٣", None),
        ("9" * 21, None),
    ],
)
def test_a_number_is_read_or_none(text: str, number: str | None) -> None:
    wanted = None if number is None else Decimal(number)

    assert record_with(f"<A>{text}</A>").money("A") == wanted
    assert record_with(f"<A>{text}</A>").number("A") == wanted


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-11-25", dt.date(2026, 11, 25)),
        ("2026-1-5", dt.date(2026, 1, 5)),
        ("2026-11-25T23:59:59-05:00", dt.date(2026, 11, 25)),
        ("0000-01-01", None),
        ("2026-02-29", None),
        ("11/25/2026", None),
        ("", None),
    ],
)
def test_a_date_is_read_or_none(text: str, date: dt.date | None) -> None:
    assert record_with(f"<A>{text}</A>").date("A") == date


def test_flags_wholes_and_texts_are_read_or_none() -> None:
    record = record_with("<A>true</A><B>0</B><C>yes</C><D/><E>-7</E><F>7.0</F><D>x</D>")

    assert [record.flag(name) for name in "ABCDZ"] == [True, False, None, None, None]
    assert [record.whole(name) for name in "EFDZ"] == [-7, None, None, None]
    assert (record.text("D"), record.text("Z")) == ("", None)
    assert (record.texts("D"), record.texts("Z")) == (["", "x"], [])
    assert record.children("Z") == []
    assert repr(record) == "<Record ARet>"
