"""Payments: how they are applied, what is too much, where the money goes."""

import pytest

from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import Books, applied_to, line, payment_add, text_of

NO_TAX = "<ItemSalesTaxRef><FullName>Out of State</FullName></ItemSalesTaxRef>"


class Paid(Books):
    """Books with Anna, and an invoice to her of 85.50."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.anna = text_of(self.customer("Anna"), "ListID")
        self.due = text_of(self.invoice(self.anna, line("Labor"), NO_TAX), "TxnID")

    def balance(self) -> int:
        return next(each.amounts["balance"] for each in self.company.invoices())


def test_a_payment_lowers_the_balance_and_waits_in_undeposited_funds() -> None:
    books = Paid()

    payment = books.one(payment_add(books.anna, "85.50", applied_to(books.due, "85.50")))

    assert text_of(payment, "DepositToAccountRef/FullName") == "Undeposited Funds"
    assert text_of(payment, "UnusedPayment") == "0.00"
    assert text_of(payment, "AppliedToTxnRet/TxnID") == books.due
    assert text_of(payment, "AppliedToTxnRet/Amount") == "85.50"
    assert text_of(payment, "AppliedToTxnRet/BalanceRemaining") == "0.00"
    (answer,) = books.ask(
        f"<InvoiceQueryRq><TxnID>{books.due}</TxnID><IncludeLinkedTxns>true</IncludeLinkedTxns>"
        "</InvoiceQueryRq>"
    )
    assert text_of(answer[0], "IsPaid") == "true"
    assert text_of(answer[0], "LinkedTxn/TxnID") == text_of(payment, "TxnID")
    (waiting,) = books.ask("<ReceivePaymentToDepositQueryRq/>")
    assert text_of(waiting[0], "Amount") == "85.50"


def test_more_than_is_due_is_refused_in_quickbooks_words() -> None:
    books = Paid()

    (answer,) = books.ask(payment_add(books.anna, "90.00", applied_to(books.due, "85.51")))

    assert answer.get("statusCode") == "3210"
    assert "You cannot pay more than the amount due." in (answer.get("statusMessage") or "")
    assert books.balance() == 8550


def test_what_is_not_applied_is_the_customers_credit() -> None:
    books = Paid()

    payment = books.one(payment_add(books.anna, "100.00", applied_to(books.due, "85.50")))

    assert text_of(payment, "UnusedPayment") == "14.50"
    (anna,) = [each for each in books.company.customers() if each.id == books.anna]
    assert anna.amounts["balance"] == -1450


def test_refusals() -> None:
    books = Paid()
    ben = text_of(books.customer("Ben"), "ListID")
    one = applied_to(books.due, "1.00")

    def status(customer: str, total: str, applied: str, more: str = "") -> int:
        return books.status(payment_add(customer, total, applied, more))

    assert status(ben, "1.00", one) == 3210  # Another customer's invoice.
    assert status(books.anna, "2.00", one + one) == 3177
    assert status(books.anna, "1.00", applied_to(books.due, "1.01")) == 3210  # More than the total.
    assert status(books.anna, "1.00", applied_to("FFF-1", "1.00")) == 3120
    assert (
        status(books.anna, "1.00", f"<AppliedToTxnAdd><TxnID>{books.due}</TxnID></AppliedToTxnAdd>")
        == 3150
    )
    assert status(books.anna, "-1.00", "<IsAutoApply>false</IsAutoApply>") == 3210
    assert status(books.anna, "0.00", "<IsAutoApply>false</IsAutoApply>") == 3210
    assert status("80009999-1", "1.00", one) == 3140
    method = "<PaymentMethodRef><FullName>Seashells</FullName></PaymentMethodRef>"
    assert status(books.anna, "1.00", one, method) == 3140
    deposit = "<DepositToAccountRef><FullName>{}</FullName></DepositToAccountRef>"
    assert status(books.anna, "1.00", one, deposit.format("Fuel")) == 3140
    assert status(books.anna, "1.00", one, deposit.format("Checking")) == 0
    untold = payment_add(books.anna, "1.00", one).replace("<TotalAmount>1.00</TotalAmount>", "")
    assert books.status(untold) == 3150
    people.close_books(books.company, "2026-05-31")
    assert status(books.anna, "1.00", one) == 3171
    assert books.balance() == 8450


def test_auto_apply_takes_the_exact_one_or_the_oldest() -> None:
    books = Paid()
    newer = books.invoice(books.anna, line("Lawn mowing"), f"<TxnDate>2026-06-01</TxnDate>{NO_TAX}")
    auto = "<IsAutoApply>true</IsAutoApply>"

    exact = books.one(payment_add(books.anna, "45.00", auto))
    oldest = books.one(payment_add(books.anna, "10.00", auto))
    left = books.one(payment_add(books.anna, "5.00", "<IsAutoApply>false</IsAutoApply>"))

    assert text_of(exact, "AppliedToTxnRet/TxnID") == text_of(newer, "TxnID")
    assert text_of(oldest, "AppliedToTxnRet/TxnID") == books.due
    assert text_of(left, "UnusedPayment") == "5.00"


def test_a_macro_pays_the_invoice_of_the_same_set() -> None:
    books = Paid()
    invoice = (
        f'<InvoiceAddRq><InvoiceAdd defMacro="TxnID:i1"><CustomerRef><ListID>{books.anna}</ListID>'
        f"</CustomerRef>{line('Labor')}</InvoiceAdd></InvoiceAddRq>"
    )
    payment = payment_add(books.anna, "5.00", applied_to("X", "5.00")).replace(
        "<TxnID>X</TxnID>", '<TxnID useMacro="TxnID:i1"/>'
    )

    answers = books.ask(invoice + payment)
    alone = books.status(payment)

    assert [each.get("statusCode") for each in answers] == ["0", "0"]
    applied = text_of(answers[1][0], "AppliedToTxnRet/TxnID")
    assert applied == text_of(answers[0][0], "TxnID")
    assert alone == 9100


def test_a_mod_moves_the_money() -> None:
    books = Paid()
    payment = books.one(payment_add(books.anna, "50.00", applied_to(books.due, "50.00")))
    request = (
        f"<ReceivePaymentModRq><ReceivePaymentMod><TxnID>{text_of(payment, 'TxnID')}</TxnID>"
        f"<EditSequence>{text_of(payment, 'EditSequence')}</EditSequence>"
        "<TotalAmount>80.00</TotalAmount>"
        f"<AppliedToTxnMod><TxnID>{books.due}</TxnID><PaymentAmount>80.00</PaymentAmount>"
        "</AppliedToTxnMod></ReceivePaymentMod></ReceivePaymentModRq>"
    )

    books.one(request)

    assert books.balance() == 550
    assert books.status(request) == 3200


def delete(kind: str, txn_id: str) -> str:
    return f"<TxnDelRq><TxnDelType>{kind}</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>"


def void(txn_id: str) -> str:
    return f"<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{txn_id}</TxnID></TxnVoidRq>"


def test_deleting_a_payment_opens_the_invoice_again() -> None:
    books = Paid()
    number = "<RefNumber>CHK 7</RefNumber>"
    request = payment_add(books.anna, "5.00", applied_to(books.due, "5.00"))
    payment = books.one(request.replace("<TotalAmount>", f"{number}<TotalAmount>"))
    txn_id = text_of(payment, "TxnID")

    (answer,) = books.ask(delete("ReceivePayment", txn_id))

    assert [each.tag for each in answer] == ["TxnDelType", "TxnID", "TimeDeleted", "RefNumber"]
    assert books.balance() == 8550
    assert books.status(delete("ReceivePayment", txn_id)) == 3120
    (gone,) = books.ask(
        "<TxnDeletedQueryRq><TxnDelType>ReceivePayment</TxnDelType></TxnDeletedQueryRq>"
    )
    assert text_of(gone[0], "RefNumber") == "CHK 7"


@pytest.mark.parametrize("frees", [True, False])
def test_voiding_a_paid_invoice_frees_its_payment_or_is_refused(frees: bool) -> None:
    books = Paid(variant=Variant(frees_payments=frees))
    books.one(payment_add(books.anna, "5.00", applied_to(books.due, "5.00")))

    assert books.status(void(books.due)) == (0 if frees else 3185)

    assert books.company.totals()["unused"] == (500 if frees else 0)


def test_a_voided_invoice_keeps_its_number_with_zero_amounts() -> None:
    books = Paid()

    (answer,) = books.ask(void(books.due))
    assert [each.tag for each in answer][:2] == ["TxnVoidType", "TxnID"]
    books.ask(void(books.due))

    (invoice,) = books.company.invoices()
    assert invoice.amounts == {"subtotal": 0, "tax": 0, "total": 0, "balance": 0}
    assert invoice.fields["Memo"] == "VOID:"
    assert invoice.name == "1"


def test_a_deposited_payment_stays() -> None:
    books = Paid()
    payment = books.one(payment_add(books.anna, "5.00", applied_to(books.due, "5.00")))
    people.deposit(books.company, text_of(payment, "TxnID"), now=books.now)

    assert books.status(delete("ReceivePayment", text_of(payment, "TxnID"))) == 3180


def test_list_records_in_use_stay_and_others_go() -> None:
    books = Paid()
    ben = text_of(books.customer("Ben"), "ListID")
    request = "<ListDelRq><ListDelType>Customer</ListDelType><ListID>{}</ListID></ListDelRq>"

    assert books.status(request.format(books.anna)) == 3160
    assert books.status(request.format(ben)) == 0
    assert books.status(request.format(ben)) == 3120
    (gone,) = books.ask(
        "<ListDeletedQueryRq><ListDelType>Customer</ListDelType></ListDeletedQueryRq>"
    )
    assert text_of(gone[0], "FullName") == "Ben"
    assert text_of(books.customer("Ben"), "ListID") != ben
