"""Checks that pay a credit back: strictly, and off what is left of the credit."""

import pytest

from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import Books, text_of
from tests.simulator.test_credits import LINE, credit_add


def check_add(customer: str, credit: str, amount: str, **more: str) -> str:
    account = more.get("account", "Checking")
    return (
        f"<CheckAddRq><CheckAdd><AccountRef><FullName>{account}</FullName></AccountRef>"
        f"<PayeeEntityRef><ListID>{more.get('payee', customer)}</ListID></PayeeEntityRef>"
        f"<ApplyCheckToTxnAdd><TxnID>{credit}</TxnID><Amount>{amount}</Amount></ApplyCheckToTxnAdd>"
        "<ExpenseLineAdd><AccountRef>"
        f"<FullName>{more.get('receivable', 'Accounts Receivable')}</FullName></AccountRef>"
        f"<Amount>{more.get('line', amount)}</Amount><CustomerRef><ListID>{customer}</ListID>"
        "</CustomerRef></ExpenseLineAdd></CheckAdd></CheckAddRq>"
    )


@pytest.fixture
def books() -> Books:
    return Books(variant=Variant(frees_payments=False))


@pytest.fixture
def anna(books: Books) -> str:
    return text_of(books.customer("Anna"), "ListID")


@pytest.fixture
def credit(books: Books, anna: str) -> str:
    """A credit of 102.36."""
    return text_of(books.one(credit_add(anna, LINE.format(""))), "TxnID")


def test_a_check_takes_from_the_credit_until_it_is_deleted(
    books: Books, anna: str, credit: str
) -> None:
    owed = books.company.totals()["owed"]
    check = books.one(check_add(anna, credit, "100.00"))

    (left,) = books.company.credits()
    assert left.amounts == {"subtotal": 9500, "tax": 736, "total": 10236, "left": 236}
    assert books.company.totals()["owed"] == owed + 10_000
    assert text_of(check, "Amount") == text_of(check, "ExpenseLineRet/Amount") == "100.00"
    assert books.status(check_add(anna, credit, "2.37")) == 3210
    txn = f"<TxnDelType>CreditMemo</TxnDelType><TxnID>{credit}</TxnID>"
    assert books.status(f"<TxnDelRq>{txn}</TxnDelRq>") == 3160

    txn = f"<TxnDelType>Check</TxnDelType><TxnID>{text_of(check, 'TxnID')}</TxnID>"
    assert books.status(f"<TxnDelRq>{txn}</TxnDelRq>") == 0
    assert books.company.totals()["owed"] == owed
    check = books.one(check_add(anna, credit, "102.36"))
    txn = f"<TxnVoidType>Check</TxnVoidType><TxnID>{text_of(check, 'TxnID')}</TxnID>"
    assert books.status(f"<TxnVoidRq>{txn}</TxnVoidRq>") == 0
    assert [each.amounts["left"] for each in books.company.credits()] == [10236]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"account": "Service Income"}, 3140),
        ({"account": "Nowhere"}, 3140),
        ({"receivable": "Fuel"}, 3140),
        ({"line": "4.00"}, 3210),
        ({"payee": "1-1"}, 3140),
    ],
)
def test_a_check_that_does_not_fit_the_credit_is_refused(
    books: Books, anna: str, credit: str, more: dict[str, str], status: int
) -> None:
    assert books.status(check_add(anna, credit, "5.00", **more)) == status


def test_a_credit_of_somebody_else_or_none_is_refused(books: Books, anna: str, credit: str) -> None:
    ben = text_of(books.customer("Ben"), "ListID")
    assert books.status(check_add(ben, credit, "5.00")) == 3210
    assert books.status(check_add(anna, credit, "5.00", payee=ben)) == 3210
    assert books.status(check_add(anna, "1-1", "5.00")) == 3120
