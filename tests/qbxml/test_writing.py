"""What the writer writes, and what it refuses by name."""

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from fieldledger.qbxml.objects import (
    NEW_LINE,
    Address,
    AppliedToTxn,
    Body,
    CompanyQuery,
    CustomerAdd,
    CustomerMod,
    CustomerQuery,
    DeletedDateRangeFilter,
    EmployeeQuery,
    HostQuery,
    InvoiceAdd,
    InvoiceLineAdd,
    InvoiceLineMod,
    InvoiceMod,
    InvoiceQuery,
    ItemNonInventoryAdd,
    ItemServiceAdd,
    ItemServiceMod,
    ModifiedDateRangeFilter,
    NameFilter,
    ReceivePaymentAdd,
    ReceivePaymentMod,
    Ref,
    SalesAndPurchase,
    SalesOrPurchase,
    SalesOrPurchaseMod,
    StandardTermsAdd,
    TxnDel,
    TxnDeletedQuery,
    TxnVoid,
    UseMacro,
)
from fieldledger.qbxml.plans import field_name, plan_for
from fieldledger.qbxml.writing import (
    CannotBeWritten,
    Continue,
    Request,
    Start,
    Stop,
    fits,
    reason_against,
    write_message_set,
)
from tests.qbxml.bodies import KINDS
from tests.support.shared import shared

GUID = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
ANNA = Ref(list_id="80000001-1408037988")
NOON = dt.datetime(2026, 11, 25, 12, 0, 30, 999)  # noqa: DTZ001 - QuickBooks' wall clock


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared("qbxml-13.0", "qbxmlops130.xsd")))


def inside(body: Body, **more: Any) -> str:
    """Return what is written inside the request, after checking the whole with Intuit's schema."""
    document = write_message_set([Request(request_id="r", body=body, **more)])
    root = etree.fromstring(document.encode("ascii"))
    assert schema().validate(root), schema().error_log
    request = document.partition("<QBXMLMsgsRq")[2].partition(">")[2]
    return request.removesuffix("</QBXMLMsgsRq></QBXML>")


def refusal(body: Body, **more: Any) -> tuple[str, str]:
    """Return the element and the reason for which a request is refused."""
    with pytest.raises(CannotBeWritten) as caught:
        write_message_set([Request(request_id="r", body=body, **more)])
    assert caught.value.request_id == "r"
    return caught.value.element, caught.value.reason


def test_the_envelope_is_what_quickbooks_expects() -> None:
    document = write_message_set([Request(request_id="1", body=HostQuery())])

    assert document == (
        '<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="13.0"?>\n'
        '<QBXML><QBXMLMsgsRq onError="continueOnError">'
        '<HostQueryRq requestID="1"></HostQueryRq></QBXMLMsgsRq></QBXML>'
    )


def test_a_customer_is_written_in_the_schemas_order() -> None:
    customer = CustomerAdd(
        phone="512-555-0100",
        bill_address=Address(postal_code="78701", addr1="9 Main St", city="Austin", state="TX"),
        name="Smith, Anna",
        external_guid=GUID,
    )

    assert inside(customer, include=("ListID", "EditSequence")) == (
        '<CustomerAddRq requestID="r"><CustomerAdd><Name>Smith, Anna</Name>'
        "<BillAddress><Addr1>9 Main St</Addr1><City>Austin</City><State>TX</State>"
        "<PostalCode>78701</PostalCode></BillAddress><Phone>512-555-0100</Phone>"
        "<ExternalGUID>{0F8FAD5B-D9CB-469F-A165-70867728950E}</ExternalGUID></CustomerAdd>"
        "<IncludeRetElement>ListID</IncludeRetElement>"
        "<IncludeRetElement>EditSequence</IncludeRetElement></CustomerAddRq>"
    )


def test_an_invoice_and_its_payment_go_in_one_message_set() -> None:
    document = write_message_set(
        [
            Request(
                request_id="1",
                def_macro="TxnID:i1",
                body=InvoiceAdd(
                    customer_ref=ANNA,
                    txn_date=dt.date(2026, 11, 25),
                    ref_number="1001",
                    invoice_line_add=(
                        InvoiceLineAdd(
                            item_ref=Ref(full_name="Mowing"),
                            quantity=Decimal("1.5"),
                            rate=Decimal(40),
                            amount=Decimal(60),
                        ),
                    ),
                ),
            ),
            Request(
                request_id="2",
                body=ReceivePaymentAdd(
                    customer_ref=ANNA,
                    total_amount=Decimal(60),
                    applied_to_txn_add=(
                        AppliedToTxn(txn_id=UseMacro("TxnID:i1"), payment_amount=Decimal(60)),
                    ),
                ),
            ),
        ],
        on_error="stopOnError",
    )

    assert schema().validate(etree.fromstring(document.encode("ascii")))
    assert '<InvoiceAdd defMacro="TxnID:i1">' in document
    assert '<TxnID useMacro="TxnID:i1"/><PaymentAmount>60.00</PaymentAmount>' in document
    assert "<Quantity>1.5</Quantity><Rate>40</Rate><Amount>60.00</Amount>" in document


# --- Characters ---


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("José – “Lawn” €", "Jos&#233; &#8211; &#8220;Lawn&#8221; &#8364;"),
        ('<O\'Brien> & "Sons"', "&lt;O&apos;Brien&gt; &amp; &quot;Sons&quot;"),
        ("&#11; ]]>", "&amp;#11; ]]&gt;"),
        ("a:b", "a:b"),
    ],
)
def test_text_is_written_so_that_any_encoding_reads_it(text: str, written: str) -> None:
    assert f"<Name>{written}</Name>" in inside(CustomerAdd(name=text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("字", "has a character that QuickBooks cannot store: 字"),
        ("ok 😀", "has a character that QuickBooks cannot store: 😀"),
        ("e\u0301", "has a character that QuickBooks cannot store: \u0301"),
        ("\ud800", "has a character that QuickBooks cannot store: U+D800"),
        ("\ufffe", "has a character that QuickBooks cannot store: U+FFFE"),
        ("a\x0bb", "has a control character"),
        ("a\x00b", "has a control character"),
        ("a\nb", "has a line break or a tab, and has to be a single line"),
        ("a\tb", "has a line break or a tab, and has to be a single line"),
        ("x" * 42, "has 42 characters, and QuickBooks takes 41"),
        ("", "is missing"),
        ("  ", "is missing"),
    ],
)
def test_a_name_that_quickbooks_would_change_is_refused(text: str, reason: str) -> None:
    found = refusal(CustomerAdd(name=text))

    assert found[0] == "Name"
    assert found[1].startswith(reason[:45])


def test_length_is_counted_in_characters_and_not_in_what_is_written() -> None:
    assert "&amp;" * 41 in inside(CustomerAdd(name="&" * 41))
    assert "&#252;" * 41 in inside(CustomerAdd(name="ü" * 41))


def test_notes_may_have_several_lines() -> None:
    written = inside(CustomerAdd(name="Ann", notes="Gate:\tleft\nDog\r\nCat"))

    assert "<Notes>Gate:\tleft\nDog&#13;\nCat</Notes>" in written


def test_an_address_is_refused_by_its_path() -> None:
    customer = CustomerAdd(name="Ann", bill_address=Address(city="x" * 32))

    assert refusal(customer) == ("BillAddress/City", "has 32 characters, and QuickBooks takes 31")


def test_a_sixth_printed_line_of_an_address_is_refused() -> None:
    customer = CustomerAdd(name="Ann", ship_address=Address(addr5="Gate", city="Austin"))

    assert refusal(customer)[0] == "ShipAddress/Addr5"


def test_others_can_ask_whether_a_text_fits() -> None:
    assert fits("InvoiceAdd", "RefNumber", "INV-1001")
    assert not fits("InvoiceAdd", "RefNumber", "INV-2026-1001")
    reason = reason_against("InvoiceAdd", "RefNumber", "INV-2026-1001")
    assert reason == "has 13 characters, and QuickBooks takes 11"
    assert fits("CustomerAdd", "Notes", "a\nb")
    assert not fits("CustomerAdd", "BillAddress/Addr1", "a\nb")


# --- Numbers and dates ---


@pytest.mark.parametrize(
    ("amount", "written"),
    [("10", "10.00"), ("10.5", "10.50"), ("-0.00", "0.00"), ("1E+3", "1000.00"), ("2.500", "2.50")],
)
def test_an_amount_has_two_decimals(amount: str, written: str) -> None:
    line = InvoiceLineAdd(amount=Decimal(amount))

    assert f"<Amount>{written}</Amount>" in inside(
        InvoiceAdd(customer_ref=ANNA, invoice_line_add=(line,))
    )


@pytest.mark.parametrize(
    ("quantity", "written"),
    [("1.50", "1.50"), ("1E-5", "0.00001"), ("0.000", "0"), ("1.2500000", "1.25000"), ("-2", "-2")],
)
def test_a_quantity_has_at_most_five_decimals(quantity: str, written: str) -> None:
    line = InvoiceLineAdd(quantity=Decimal(quantity))

    assert f"<Quantity>{written}</Quantity>" in inside(
        InvoiceAdd(customer_ref=ANNA, invoice_line_add=(line,))
    )


@pytest.mark.parametrize(
    ("line", "element", "reason"),
    [
        (InvoiceLineAdd(amount=Decimal("1.005")), "Amount", "has fractions of a cent"),
        (InvoiceLineAdd(amount=Decimal("1E13")), "Amount", "is too large an amount"),
        (InvoiceLineAdd(amount=Decimal("NaN")), "Amount", "is not a number"),
        (InvoiceLineAdd(amount=Decimal("-Infinity")), "Amount", "is not a number"),
        (InvoiceLineAdd(amount=1.5), "Amount", "is not a decimal number"),  # type: ignore[arg-type]
        (InvoiceLineAdd(rate=Decimal("0.000001")), "Rate", "has more than five decimals"),
        (InvoiceLineAdd(quantity=Decimal("1E10")), "Quantity", "is too large a number"),
        (
            InvoiceLineAdd(service_date=dt.date(1900, 1, 1)),
            "ServiceDate",
            "is before the year 1901",
        ),
        (InvoiceLineAdd(service_date=NOON), "ServiceDate", "is not a date"),
        (InvoiceLineAdd(rate=Decimal(1), rate_percent=Decimal(1)), "RatePercent", "cannot stand"),
    ],
)
def test_a_line_that_quickbooks_would_refuse_is_refused(
    line: InvoiceLineAdd, element: str, reason: str
) -> None:
    found = refusal(InvoiceAdd(customer_ref=ANNA, invoice_line_add=(line,)))

    assert found[0] == f"InvoiceLineAdd/{element}"
    assert found[1].startswith(reason)


@pytest.mark.parametrize(
    ("time", "written"),
    [
        (NOON, "2026-11-25T12:00:30"),
        (NOON.replace(tzinfo=dt.UTC), "2026-11-25T12:00:30+00:00"),
        (
            NOON.replace(tzinfo=dt.timezone(-dt.timedelta(hours=5))),
            "2026-11-25T12:00:30-05:00",
        ),
    ],
)
def test_a_time_is_written_to_the_second(time: dt.datetime, written: str) -> None:
    query = CustomerQuery(from_modified_date=time)

    assert f"<FromModifiedDate>{written}</FromModifiedDate>" in inside(query)


@pytest.mark.parametrize(
    "time",
    [
        dt.datetime(1969, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2038, 2, 1, tzinfo=dt.UTC),
        NOON.replace(tzinfo=dt.timezone(dt.timedelta(seconds=17))),
    ],
)
def test_a_time_that_quickbooks_cannot_read_is_refused(time: dt.datetime) -> None:
    assert refusal(CustomerQuery(from_modified_date=time))[0] == "FromModifiedDate"


# --- References, choices, clearing ---


@pytest.mark.parametrize("ref", [Ref(), Ref(list_id="1", full_name="x"), Ref(list_id="")])
def test_a_reference_names_exactly_one(ref: Ref) -> None:
    found = refusal(InvoiceAdd(customer_ref=ref))

    assert found == ("CustomerRef", "has to name exactly one of ListID and FullName")


def test_a_reference_by_name_has_the_lists_limit() -> None:
    assert refusal(CustomerAdd(name="Ann", terms_ref=Ref(full_name="x" * 32))) == (
        "TermsRef/FullName",
        "has 32 characters, and QuickBooks takes 31",
    )


def test_an_item_has_one_of_its_two_sides() -> None:
    one, both = SalesOrPurchase(price=Decimal(5)), SalesAndPurchase(sales_price=Decimal(5))

    assert refusal(ItemServiceAdd(name="Mowing"))[0] == "SalesOrPurchase"
    assert refusal(
        ItemServiceAdd(name="Mowing", sales_or_purchase=one, sales_and_purchase=both)
    ) == ("SalesAndPurchase", "cannot stand beside SalesOrPurchase")
    assert "<SalesOrPurchase><Price>5</Price></SalesOrPurchase>" in inside(
        ItemServiceAdd(name="Mowing", sales_or_purchase=one)
    )


def test_a_payment_is_applied_by_quickbooks_or_by_us() -> None:
    applied = (AppliedToTxn(txn_id="1-2", payment_amount=Decimal(1)),)

    assert refusal(ReceivePaymentAdd(customer_ref=ANNA))[0] == "IsAutoApply"
    assert refusal(
        ReceivePaymentAdd(customer_ref=ANNA, is_auto_apply=False, applied_to_txn_add=applied)
    )[0] == ("AppliedToTxnAdd")


def test_an_item_of_no_inventory_has_its_parent_before_its_class() -> None:
    written = inside(
        ItemNonInventoryAdd(
            name="Mulch",
            class_ref=Ref(full_name="Austin"),
            parent_ref=Ref(full_name="Garden"),
            sales_or_purchase=SalesOrPurchase(),
        )
    )

    assert written.index("<ParentRef>") < written.index("<ClassRef>")


def test_an_empty_text_clears_in_a_change_and_is_left_out_of_what_is_new() -> None:
    change = CustomerMod(list_id="1", edit_sequence="2", phone="", notes=None)

    assert "<Phone></Phone></CustomerMod>" in inside(change)
    assert "Phone" not in inside(CustomerAdd(name="Ann", phone=""))
    assert refusal(CustomerMod(list_id="1", edit_sequence=""))[0] == "EditSequence"


def test_an_empty_address_is_not_there() -> None:
    assert "BillAddress" not in inside(CustomerAdd(name="Ann", bill_address=Address()))


def test_a_changed_account_says_what_becomes_of_existing_transactions() -> None:
    change = ItemServiceMod(
        list_id="1",
        edit_sequence="2",
        sales_or_purchase_mod=SalesOrPurchaseMod(
            account_ref=Ref(list_id="3"), apply_account_ref_to_existing_txns=False
        ),
    )

    assert "<ApplyAccountRefToExistingTxns>false</ApplyAccountRefToExistingTxns>" in inside(change)


def test_lines_of_a_changed_invoice_are_kept_by_their_id_and_added_by_minus_one() -> None:
    change = InvoiceMod(
        txn_id="1-2",
        edit_sequence="3",
        invoice_line_mod=(
            InvoiceLineMod(txn_line_id="5-6", quantity=Decimal(2)),
            InvoiceLineMod(txn_line_id=NEW_LINE, item_ref=Ref(full_name="Mowing")),
        ),
    )

    assert (
        "<InvoiceLineMod><TxnLineID>5-6</TxnLineID><Quantity>2</Quantity></InvoiceLineMod>"
        "<InvoiceLineMod><TxnLineID>-1</TxnLineID>" in inside(change)
    )


def test_a_macro_stands_only_where_quickbooks_takes_one() -> None:
    payment = ReceivePaymentMod(
        txn_id="1",
        edit_sequence="2",
        applied_to_txn_mod=(AppliedToTxn(txn_id=UseMacro("TxnID:i1")),),
    )

    assert refusal(payment)[0] == "AppliedToTxnMod/TxnID"
    assert refusal(CustomerAdd(name="Ann"), def_macro="TxnID:c1")[0] == "defMacro"
    assert refusal(InvoiceAdd(customer_ref=ANNA), def_macro='"><x')[0] == "defMacro"
    unnamed = (AppliedToTxn(txn_id=UseMacro("i1")),)
    assert refusal(ReceivePaymentAdd(customer_ref=ANNA, applied_to_txn_add=unnamed)) == (
        "AppliedToTxnAdd/TxnID",
        "is not of the form TxnID:name",
    )


def test_a_payment_is_never_voided() -> None:
    assert refusal(TxnVoid(txn_void_type="ReceivePayment", txn_id="1"))[0] == "TxnVoidType"
    assert inside(TxnDel(txn_del_type="ReceivePayment", txn_id="1")) == (
        '<TxnDelRq requestID="r"><TxnDelType>ReceivePayment</TxnDelType><TxnID>1</TxnID></TxnDelRq>'
    )


# --- Queries ---


def test_a_query_is_iterated_page_by_page() -> None:
    query = CustomerQuery(max_returned=100, active_status="All", include_ret_element=("Name",))

    assert inside(query, iterator=Start()) == (
        '<CustomerQueryRq requestID="r" iterator="Start"><MaxReturned>100</MaxReturned>'
        "<ActiveStatus>All</ActiveStatus><IncludeRetElement>Name</IncludeRetElement>"
        "</CustomerQueryRq>"
    )
    assert 'iterator="Continue" iteratorID="{a-b}"' in inside(query, iterator=Continue("{a-b}"))
    assert 'iterator="Stop" iteratorID="{a-b}"' in inside(query, iterator=Stop("{a-b}"))
    assert 'metaData="MetaDataOnly"' in inside(CustomerQuery(), meta_data="MetaDataOnly")


@pytest.mark.parametrize(
    ("body", "more", "element"),
    [
        (CustomerQuery(), {"iterator": Start()}, "MaxReturned"),
        (CustomerQuery(max_returned=0), {}, "MaxReturned"),
        (EmployeeQuery(max_returned=1), {"iterator": Start()}, "iterator"),
        (CustomerQuery(max_returned=1), {"iterator": Continue("")}, "iteratorID"),
        (CompanyQuery(), {"meta_data": "MetaDataOnly"}, "metaData"),
        (CustomerQuery(), {"include": ("Name",)}, "IncludeRetElement"),
        (CustomerAdd(name="Ann"), {"include": ("Na me",)}, "IncludeRetElement"),
        (CustomerQuery(list_id=("1",), max_returned=1), {}, "MaxReturned"),
        (CustomerQuery(list_id=("1",), full_name=("x",)), {}, "FullName"),
        (CustomerQuery(list_id=("1", "")), {}, "ListID"),
        (CustomerQuery(list_id="1"), {}, "ListID"),  # type: ignore[arg-type]
        (CustomerQuery(active_status="Some"), {}, "ActiveStatus"),
        (CustomerQuery(from_modified_date=NOON.date()), {}, "FromModifiedDate"),  # type: ignore[arg-type]
        (CustomerAdd(name="Ann", bill_address="9 Main St"), {}, "BillAddress"),  # type: ignore[arg-type]
        (CustomerAdd(name="Ann", terms_ref="Net 30"), {}, "TermsRef"),  # type: ignore[arg-type]
        (CustomerQuery(name_filter=NameFilter(match_criterion="Is", name="x")), {}, "NameFilter"),
        (TxnDeletedQuery(txn_del_type=()), {}, "TxnDelType"),
        (StandardTermsAdd(name="Net 30", std_due_days=2**40), {}, "StdDueDays"),
        (StandardTermsAdd(name="Net 30", std_due_days=True), {}, "StdDueDays"),
    ],
)
def test_a_query_that_quickbooks_would_refuse_is_refused(
    body: Body, more: dict[str, Any], element: str
) -> None:
    assert refusal(body, **more)[0].split("/")[0] == element


def test_transactions_are_asked_for_by_number_or_by_what_has_changed() -> None:
    assert (
        "<RefNumber>1001</RefNumber><RefNumber>1002</RefNumber>"
        "<IncludeLineItems>true</IncludeLineItems>"
    ) in inside(InvoiceQuery(ref_number=("1001", "1002"), include_line_items=True))
    changed = ModifiedDateRangeFilter(from_modified_date=NOON)
    assert "<ModifiedDateRangeFilter><FromModifiedDate>2026-11-25T12:00:30" in inside(
        InvoiceQuery(max_returned=100, modified_date_range_filter=changed)
    )
    deleted = DeletedDateRangeFilter(from_deleted_date=NOON)
    assert "<TxnDelType>Invoice</TxnDelType><DeletedDateRangeFilter><FromDeletedDate>" in inside(
        TxnDeletedQuery(txn_del_type=("Invoice",), deleted_date_range_filter=deleted)
    )


# --- The message set ---


def test_a_status_check_names_the_set_twice_and_asks_for_nothing() -> None:
    document = write_message_set([], new_message_set_id="F1", old_message_set_id="F1")

    assert (
        '<QBXMLMsgsRq onError="continueOnError" newMessageSetID="F1" oldMessageSetID="F1">'
        "</QBXMLMsgsRq>"
    ) in document


@pytest.mark.parametrize("message_set_id", ["", "x" * 25, "a b", "é", 'a"b\n'])
def test_a_message_set_id_that_quickbooks_would_refuse_is_refused(message_set_id: str) -> None:
    with pytest.raises(CannotBeWritten) as caught:
        write_message_set([], new_message_set_id=message_set_id)

    assert caught.value.element == "newMessageSetID"


@pytest.mark.parametrize("request_id", ["", "x" * 51, "a\nb", "字"])
def test_a_request_id_that_quickbooks_would_refuse_is_refused(request_id: str) -> None:
    with pytest.raises(CannotBeWritten) as caught:
        write_message_set([Request(request_id=request_id, body=HostQuery())])

    assert caught.value.element == "requestID"


def test_two_requests_of_a_set_have_two_ids() -> None:
    request = Request(request_id="1", body=HostQuery())

    with pytest.raises(CannotBeWritten):
        write_message_set([request, request])


def test_quickbooks_has_no_rollback() -> None:
    with pytest.raises(CannotBeWritten):
        write_message_set([], on_error="rollbackOnError")  # type: ignore[arg-type]


def test_an_older_quickbooks_is_not_sent_what_it_does_not_know() -> None:
    request = Request(request_id="1", body=CustomerAdd(name="Ann", job_title="Owner"))

    with pytest.raises(CannotBeWritten) as caught:
        write_message_set([request], version=(8, 0))

    assert (caught.value.element, caught.value.reason) == ("JobTitle", "needs qbXML 12.0")
    plain = Request(request_id="1", body=CustomerAdd(name="Ann"))
    assert '<?qbxml version="8.0"?>' in write_message_set([plain], version=(8, 0))


# --- The plans themselves ---


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_request_is_an_element(kind: type) -> None:
    assert plan_for(kind, 13).request == f"{kind.__name__}Rq"


def test_what_is_no_request_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        plan_for(Address, 13)


@pytest.mark.parametrize(
    ("element", "field"),
    [
        ("ListID", "list_id"),
        ("TxnLineID", "txn_line_id"),
        ("PONumber", "po_number"),
        ("COGSAccountRef", "cogs_account_ref"),
        ("ExternalGUID", "external_guid"),
        ("Addr1", "addr1"),
        ("ApplyCOGSAccountRefToExistingTxns", "apply_cogs_account_ref_to_existing_txns"),
    ],
)
def test_a_field_is_named_after_its_element(element: str, field: str) -> None:
    assert field_name(element) == field
