"""Credit memos: an invoice's lines and tax, taken off what a customer owes."""

import pytest

from fieldledger.simulator import people
from fieldledger.simulator.problems import Refused
from tests.simulator.company_files import Books, text_of

CHANGE = (
    "<CreditMemoModRq><CreditMemoMod><TxnID>{id}</TxnID><EditSequence>{version}</EditSequence>"
    "{inside}</CreditMemoMod></CreditMemoModRq>"
)
LINE = (
    "<CreditMemoLineAdd><ItemRef><FullName>Diagnostics</FullName></ItemRef>{}</CreditMemoLineAdd>"
)


def credit_add(customer: str, lines: str, header: str = "") -> str:
    return (
        f"<CreditMemoAddRq><CreditMemoAdd><CustomerRef><ListID>{customer}</ListID></CustomerRef>"
        f"{header}{lines}</CreditMemoAdd></CreditMemoAddRq>"
    )


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def anna(books: Books) -> str:
    return text_of(books.customer("Anna"), "ListID")


def test_a_credit_memo_is_added_up_as_an_invoice_and_lowers_the_balance(
    books: Books, anna: str
) -> None:
    owed = books.company.totals()["owed"]

    credit = books.one(credit_add(anna, LINE.format(""), "<RefNumber>CM-1</RefNumber>"))

    assert text_of(credit, "Subtotal") == "95.00"
    assert text_of(credit, "SalesTaxTotal") == "7.36"
    assert text_of(credit, "TotalAmount") == text_of(credit, "CreditRemaining") == "102.36"
    assert text_of(credit, "CreditMemoLineRet/Rate") == "95.00"
    assert books.company.totals()["owed"] == owed - 10_236
    assert books.company.totals()["credited"] == 10_236


def test_it_is_changed_found_voided_and_deleted(books: Books, anna: str) -> None:
    made = books.one(credit_add(anna, LINE.format(""), "<RefNumber>CM-1</RefNumber>"))
    named = {"id": text_of(made, "TxnID"), "version": text_of(made, "EditSequence")}
    line = text_of(made, "CreditMemoLineRet/TxnLineID")
    inside = f"<TxnLineID>{line}</TxnLineID><Quantity>2</Quantity>"
    inside = f"<CreditMemoLineMod>{inside}</CreditMemoLineMod>"

    changed = books.one(CHANGE.format(**named, inside=inside))
    found = books.one("<CreditMemoQueryRq><RefNumber>cm-1</RefNumber></CreditMemoQueryRq>")

    assert text_of(changed, "Subtotal") == text_of(found, "Subtotal") == "190.00"
    assert books.status(CHANGE.format(**named, inside=inside)) == 3200
    void = f"<TxnVoidType>CreditMemo</TxnVoidType><TxnID>{named['id']}</TxnID>"
    assert books.status(f"<TxnVoidRq>{void}</TxnVoidRq>") == 0
    assert [each.amounts["total"] for each in books.company.credits()] == [0]
    assert books.status(f"<TxnDelRq>{void.replace('Void', 'Del')}</TxnDelRq>") == 0
    assert books.company.credits() == []


def test_what_cannot_be_a_credit_memo_is_refused(books: Books, anna: str) -> None:
    minus = LINE.format("<Amount>-5.00</Amount>")
    assert books.status(credit_add(anna, minus)) == 3210
    assert books.status(credit_add("1-1", LINE.format(""))) == 3140
    people.close_books(books.company, "2026-05-01")
    assert books.status(credit_add(anna, LINE.format(""), "<TxnDate>2026-05-01</TxnDate>")) == 3171
    # Without a line it is no request at all: the whole document is refused.
    with pytest.raises(Refused) as caught:
        books.answer(credit_add(anna, ""))
    assert "0x80040400" in repr(caught.value)
