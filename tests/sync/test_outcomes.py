"""What QuickBooks' answers mean for the records they are about."""

from decimal import Decimal
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.qbxml.hresults import HRESULTS
from fieldledger.qbxml.reading import Answer, read_answers
from fieldledger.qbxml.statuses import Actor
from fieldledger.sync.outcomes import (
    Gone,
    NameTaken,
    NotRun,
    Operation,
    Outcome,
    Refused,
    RetryLater,
    StaleEdit,
    Taken,
    Unknown,
    Verdict,
    judge,
    judge_hresult,
)

CUSTOMER = """<CustomerRet><ListID>80000001-1446676743</ListID>
<TimeCreated>2026-05-03T10:00:00-05:00</TimeCreated>
<EditSequence>1446676743</EditSequence><Name>Anna Smith – 2</Name>
<FullName>Anna Smith – 2</FullName><IsActive>true</IsActive>
<ExternalGUID>{7A1F8E0C-94B3-4C5E-8F00-1234567890AB}</ExternalGUID></CustomerRet>"""
INVOICE = """<InvoiceRet><TxnID>1CAB66-1784735262</TxnID><EditSequence>1784735262</EditSequence>
<TxnNumber>12</TxnNumber><CustomerRef><ListID>80000001-1446676743</ListID></CustomerRef>
<RefNumber>1042</RefNumber><Subtotal>90.00</Subtotal><SalesTaxTotal>7.43</SalesTaxTotal>
<AppliedAmount>0.00</AppliedAmount><BalanceRemaining>97.43</BalanceRemaining>
<InvoiceLineRet><TxnLineID>1CAB68-1784735262</TxnLineID></InvoiceLineRet>
<InvoiceLineRet><TxnLineID>1CAB69-1784735262</TxnLineID></InvoiceLineRet></InvoiceRet>"""
PAYMENT = """<ReceivePaymentRet><TxnID>1CAB70-1784735262</TxnID>
<EditSequence>1784735270</EditSequence><RefNumber>7781</RefNumber>
<TotalAmount>100.00</TotalAmount><UnusedPayment>2.57</UnusedPayment></ReceivePaymentRet>"""
ITEM = """<ItemServiceRet><ListID>80000009-1</ListID><EditSequence>7</EditSequence>
<Name>Mowing</Name><FullName>Mowing</FullName>
<SalesAndPurchase><SalesPrice>45.00</SalesPrice></SalesAndPurchase></ItemServiceRet>"""
RECOVERY = """<ErrorRecovery><TxnID>1CAB66-1784735262</TxnID><TxnNumber>12</TxnNumber>
<EditSequence>1784735262</EditSequence>
<ExternalGUID>{7A1F8E0C-94B3-4C5E-8F00-1234567890AB}</ExternalGUID></ErrorRecovery>"""


def answer(code: int, message: str = "", body: str = "", type_: str = "CustomerAdd") -> Answer:
    severity = "Info" if code < 500 else "Warn" if code < 1000 else "Error"
    document = (
        f'<QBXML><QBXMLMsgsRs><{type_}Rs requestID="1" statusCode="{code}" '
        f'statusSeverity="{severity}" statusMessage={quoteattr(message)}>{body}</{type_}Rs>'
        "</QBXMLMsgsRs></QBXML>"
    )
    return read_answers(document).answers[0]


def test_a_customer_is_taken() -> None:
    assert judge(answer(0, "Status OK", CUSTOMER), operation="add") == Taken(
        quickbooks_id="80000001-1446676743",
        edit_sequence="1446676743",
        type="CustomerRet",
        name="Anna Smith – 2",
        full_name="Anna Smith – 2",
        external_guid="{7A1F8E0C-94B3-4C5E-8F00-1234567890AB}",
    )


def test_an_invoice_brings_its_totals_and_its_lines() -> None:
    outcome = judge(answer(0, "", INVOICE, "InvoiceAdd"), operation=Operation.ADD)

    assert isinstance(outcome, Taken)
    assert (outcome.subtotal, outcome.tax, outcome.total, outcome.balance) == (
        Decimal("90.00"),
        Decimal("7.43"),
        Decimal("97.43"),
        Decimal("97.43"),
    )
    assert outcome.line_ids == ("1CAB68-1784735262", "1CAB69-1784735262")
    assert outcome.ref_number == "1042"


def test_a_payment_says_what_was_applied_to_nothing() -> None:
    outcome = judge(answer(0, "", PAYMENT, "ReceivePaymentAdd"), operation="add")

    assert isinstance(outcome, Taken)
    assert (outcome.total, outcome.unused) == (Decimal("100.00"), Decimal("2.57"))


def test_an_item_says_whether_it_has_two_sides() -> None:
    outcome = judge(answer(0, "", ITEM, "ItemServiceMod"), operation="mod")

    assert isinstance(outcome, Taken)
    assert outcome.two_sided


def test_a_warning_with_a_record_in_it_took_the_record() -> None:
    outcome = judge(answer(530, "Field not supported.", CUSTOMER), operation="add")

    assert isinstance(outcome, Taken)
    assert outcome.quickbooks_id == "80000001-1446676743"
    assert (outcome.code, outcome.warning) == ("530", "Field not supported.")


def test_a_stored_answer_names_the_object_that_was_written() -> None:
    outcome = judge(answer(0, "", RECOVERY, "InvoiceAdd"), operation="add")

    assert outcome == Taken(
        quickbooks_id="1CAB66-1784735262",
        edit_sequence="1784735262",
        type="InvoiceRet",
        external_guid="{7A1F8E0C-94B3-4C5E-8F00-1234567890AB}",
    )


def test_no_error_without_a_record_proves_nothing() -> None:
    assert isinstance(
        judge(
            answer(0, "", "<ErrorRecovery><OwnerID>0</OwnerID></ErrorRecovery>"), operation="add"
        ),
        Unknown,
    )
    assert isinstance(judge(answer(0, "Status OK"), operation="add"), Unknown)
    assert isinstance(judge(answer(0, "Status OK"), operation="mod"), Unknown)
    assert isinstance(judge(answer(530, "Something"), operation="add"), Unknown)


@pytest.mark.parametrize(
    ("type_", "operation", "body"),
    [
        (
            "TxnVoid",
            "void",
            "<TxnVoidType>Invoice</TxnVoidType><TxnID>1CAB66-1784735262</TxnID>",
        ),
        (
            "TxnDel",
            "delete",
            "<TxnDelType>ReceivePayment</TxnDelType><TxnID>1CAB66-1784735262</TxnID>",
        ),
        ("TxnDel", "delete", ""),
    ],
)
def test_a_removal_is_taken(type_: str, operation: str, body: str) -> None:
    outcome = judge(
        answer(0, "", body, type_), operation=operation, quickbooks_id="1CAB66-1784735262"
    )

    assert isinstance(outcome, Taken)
    assert outcome.quickbooks_id == "1CAB66-1784735262"


MISSING = 'Object "{}" specified in the request cannot be found.'


@pytest.mark.parametrize(
    ("code", "message", "operation", "expected"),
    [
        (3100, 'The name "Anna" of the list element is already in use.', "add", NameTaken),
        (3100, 'The name "Anna" of the list element is already in use.', "mod", NameTaken),
        (3200, "The provided edit sequence is out-of-date.", "mod", StaleEdit),
        (3231, "The request has not been processed.", "add", NotRun),
        (3230, "", "add", NotRun),
        (1000, "There has been an internal error.", "add", RetryLater),
        (3170, "The list has been modified by another user.", "mod", RetryLater),
        (3175, "", "mod", RetryLater),
        (3176, "", "add", RetryLater),
        (3180, "QuickBooks error message: The list element is in use.", "mod", RetryLater),
        (3180, "The internals could not be locked. They are in use.", "add", RetryLater),
        (3180, "The customer is over their credit limit.", "add", Refused),
        (3120, MISSING.format("1CAB66-1784735262"), "mod", Gone),
        (3120, "", "mod", Gone),
        (3120, MISSING.format("80000001-1446676743"), "mod", Refused),
        (3120, MISSING.format("80000001-1446676743"), "add", Refused),
        (3120, MISSING.format("1CAB66-1784735262"), "void", Gone),
        (3120, MISSING.format("1CAB66-1784735262"), "delete", Taken),
        (500, "The query request has not been fully completed.", "mod", Gone),
        (500, "", "add", Refused),
        (3240, "Time creation mismatch.", "mod", Gone),
        (3171, "An attempt was made to modify a transaction before the close.", "add", Refused),
        (3140, 'There is an invalid reference to QuickBooks Item "x".', "add", Refused),
        (3210, "You cannot pay more than the amount due.", "add", Refused),
        (3070, 'The string "x" in the field "Name" is too long.', "add", Refused),
        (570, "", "mod", Refused),
        (7777, "Something new.", "add", Refused),
    ],
)
def test_a_refusal_says_whose_move_it_is(
    code: int, message: str, operation: str, expected: type[Outcome]
) -> None:
    outcome = judge(answer(code, message), operation=operation, quickbooks_id="1CAB66-1784735262")

    assert isinstance(outcome, expected)
    assert outcome.code == str(code)
    if not isinstance(outcome, Taken):
        assert outcome.said == message
        assert not message or f"QuickBooks says: “{message}”" in outcome.sentence


def test_the_closed_books_are_the_bookkeepers_move() -> None:
    outcome = judge(answer(3171, "Closed."), operation="add")

    assert isinstance(outcome, Refused)
    assert outcome.actor is Actor.BOOKKEEPER


@given(st.integers(-5, 12_000), st.sampled_from(Operation), st.text(max_size=20))
def test_every_code_has_an_outcome_and_none_without_a_record_is_a_success(
    code: int, operation: Operation, message: str
) -> None:
    clean = "".join(each for each in message if each.isprintable())
    outcome = judge(answer(code, clean), operation=operation, quickbooks_id="1-2")

    removed = operation in {Operation.VOID, Operation.DELETE}
    assert not isinstance(outcome, Taken) or removed


@pytest.mark.parametrize(
    ("hresult", "verdict"),
    [
        ("0x80040400", Verdict.DOCUMENT_REFUSED),
        ("0X80040400", Verdict.DOCUMENT_REFUSED),
        ("-2147220480", Verdict.DOCUMENT_REFUSED),
        ("0x80040423", Verdict.VERSION_REFUSED),
        ("0x80040408", Verdict.IN_DOUBT),
        ("RPC_E_SERVERFAULT", Verdict.IN_DOUBT),
        ("0x8FFFFFFF", Verdict.IN_DOUBT),
        ("", Verdict.IN_DOUBT),
    ],
)
def test_only_a_document_that_was_not_read_surely_did_nothing(
    hresult: str, verdict: Verdict
) -> None:
    outcome = judge_hresult(hresult, "QuickBooks found an error when parsing the text.")

    assert outcome.verdict is verdict
    assert outcome.sentence.endswith("QuickBooks found an error when parsing the text.”")


@pytest.mark.parametrize("hresult", sorted(HRESULTS))
def test_every_other_known_hresult_leaves_it_open(hresult: str) -> None:
    certain = hresult in {"0x80040400", "0x80040423"}

    assert (judge_hresult(hresult).verdict is Verdict.IN_DOUBT) is not certain
