"""Bank deposits: people make them, and what is in one can be asked for, but not changed."""

import pytest

from fieldledger.simulator import people
from fieldledger.simulator.company import Company
from fieldledger.simulator.problems import Failed
from tests.simulator.company_files import applied_to, payment_add, text_of
from tests.simulator.test_payments import Paid, delete


def deposits(filters: str) -> str:
    inside = f"{filters}<IncludeLineItems>true</IncludeLineItems>"
    return f"<DepositQueryRq>{inside}</DepositQueryRq>"


def test_a_deposit_is_found_by_its_date_with_its_lines() -> None:
    books = Paid()
    payment = books.one(payment_add(books.anna, "5.00", applied_to(books.due, "5.00")))
    made = people.deposit(
        books.company, text_of(payment, "TxnID"), now=books.now, date="2026-05-12", memo="Week 19"
    )
    span = "<TxnDateRangeFilter><FromTxnDate>{}</FromTxnDate></TxnDateRangeFilter>"

    (answer,) = books.ask(deposits(span.format("2026-05-01")))
    (found,) = answer
    assert [each.tag for each in found if each.tag != "TxnNumber"] == [
        "TxnID",
        "TimeCreated",
        "TimeModified",
        "EditSequence",
        "TxnDate",
        "DepositToAccountRef",
        "Memo",
        "DepositTotal",
        "DepositLineRet",
    ]
    assert text_of(found, "TxnID") == made.id
    assert text_of(found, "DepositToAccountRef/FullName") == "Checking"
    assert text_of(found, "DepositTotal") == text_of(found, "DepositLineRet/Amount") == "5.00"
    assert text_of(found, "DepositLineRet/TxnID") == text_of(payment, "TxnID")
    assert text_of(found, "DepositLineRet/EntityRef/FullName") == "Anna"
    assert books.status(deposits(span.format("2026-05-13"))) == 1
    without = deposits(span.format("2026-05-01")).replace("true", "false")
    (answer,) = books.ask(without)
    assert answer[0].find("DepositLineRet") is None


def test_what_is_in_a_deposit_is_neither_changed_nor_deleted_until_it_is_out_of_it() -> None:
    books = Paid()
    payment = books.one(payment_add(books.anna, "5.00", applied_to(books.due, "5.00")))
    txn_id = text_of(payment, "TxnID")
    made = people.deposit(books.company, txn_id, now=books.now)
    mod = (
        f"<ReceivePaymentModRq><ReceivePaymentMod><TxnID>{txn_id}</TxnID>"
        f"<EditSequence>{text_of(payment, 'EditSequence')}</EditSequence>"
        "<Memo>Late</Memo></ReceivePaymentMod></ReceivePaymentModRq>"
    )
    assert books.status(mod) == books.status(delete("ReceivePayment", txn_id)) == 3180
    waiting = "<ReceivePaymentToDepositQueryRq></ReceivePaymentToDepositQueryRq>"
    assert books.status(waiting) == 1
    again = Company.from_json(books.company.to_json())
    assert again.state.deposited == {txn_id: made.id}

    void = f"<TxnVoidType>Deposit</TxnVoidType><TxnID>{made.id}</TxnID>"
    assert books.status(f"<TxnVoidRq>{void}</TxnVoidRq>") == 3250
    assert books.status(delete("Deposit", made.id)) == 0
    assert books.status(waiting) == 0
    assert books.status(delete("ReceivePayment", txn_id)) == 0


def test_only_what_waits_for_the_bank_goes_there_and_filters_by_people_are_not_known() -> None:
    books = Paid()
    payment = books.one(payment_add(books.anna, "5.00", applied_to(books.due, "5.00")))
    txn_id = text_of(payment, "TxnID")
    people.deposit(books.company, txn_id, now=books.now)
    with pytest.raises(Failed) as refused:
        people.deposit(books.company, txn_id, now=books.now)
    assert refused.value.status == 3210
    of_anna = f"<EntityFilter><ListID>{books.anna}</ListID></EntityFilter>"
    assert books.status(deposits(of_anna)) == 3250


def test_an_invoice_and_a_credit_memo_are_deleted_strictly_by_their_type_and_id() -> None:
    books = Paid()
    assert books.status(delete("CreditMemo", books.due)) == 3120
    assert books.status(delete("Invoice", "1-1")) == 3120
    assert books.status(delete("Invoice", books.due)) == 0
    assert books.status(delete("Invoice", books.due)) == 3120
    assert books.company.invoices() == []
