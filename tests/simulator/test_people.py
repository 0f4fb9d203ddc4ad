"""What people do in QuickBooks behind everybody's back."""

import pytest

from fieldledger.simulator import people
from fieldledger.simulator.company import Shown
from fieldledger.simulator.problems import Failed
from tests.simulator.company_files import Books, applied_to, line, payment_add, text_of

NO_TAX = "<ItemSalesTaxRef><FullName>Out of State</FullName></ItemSalesTaxRef>"


def find(books: Books, record_id: str) -> Shown:
    return next(each for each in books.company.records() if each.id == record_id)


def test_a_merge_leaves_the_winner_with_everything() -> None:
    books = Books()
    anna = text_of(books.customer("Anna"), "ListID")
    ann = text_of(books.customer("Ann"), "ListID")
    barn = text_of(
        books.customer("Barn", f"<ParentRef><ListID>{ann}</ListID></ParentRef>"), "ListID"
    )
    invoice = text_of(books.invoice(ann, line("Labor"), NO_TAX), "TxnID")
    books.one(payment_add(ann, "5.00", applied_to(invoice, "5.00")))

    people.merge(books.company, ann, anna, now=books.now)

    assert find(books, anna).amounts["balance"] == 8050
    assert find(books, barn).full_name == "Anna:Barn"
    assert find(books, invoice).fields["CustomerRef"] == anna
    assert books.status(f"<CustomerQueryRq><ListID>{ann}</ListID></CustomerQueryRq>") == 500
    with pytest.raises(Failed, match="3500"):
        people.merge(books.company, anna, anna, now=books.now)
    books.customer("Ann")


def test_people_enter_rename_and_delete() -> None:
    books = Books()
    later = books.now.replace(hour=22)
    made = people.do(books.company, "VendorAddRq", {"VendorAdd": {"Name": "Anna"}}, now=later)
    assert made.record is not None
    assert made.record.origin.request == "people"
    with pytest.raises(Failed, match="3100"):
        people.do(books.company, "CustomerAddRq", {"CustomerAdd": {"Name": "ANNA"}}, now=later)

    people.rename(books.company, made.record.id, "Berta", now=later)
    books.customer("Anna")
    with pytest.raises(Failed, match="3100"):
        people.rename(books.company, made.record.id, "anna", now=later)
    people.delete(books.company, made.record.id, now=later)
    books.customer("Berta")
    with pytest.raises(Failed, match="3120"):
        people.delete(books.company, made.record.id, now=later)


def test_people_change_numbers_and_customers_of_invoices() -> None:
    books = Books()
    anna = text_of(books.customer("Anna"), "ListID")
    ben = text_of(books.customer("Ben"), "ListID")
    invoice = text_of(books.invoice(anna, line("Labor"), NO_TAX), "TxnID")

    people.rename(books.company, invoice, "X-1", now=books.now)
    people.edit(books.company, invoice, {"CustomerRef": ben}, now=books.now)

    assert find(books, invoice).name == "X-1"
    assert find(books, anna).amounts["balance"] == 0
    assert find(books, ben).amounts["balance"] == 8550
    people.delete(books.company, invoice, now=books.now)
    assert find(books, ben).amounts["balance"] == 0


def test_condensing_takes_out_what_is_settled_and_leaves_no_trace() -> None:
    books = Books()
    anna = text_of(books.customer("Anna"), "ListID")
    old = f"<TxnDate>2025-01-01</TxnDate>{NO_TAX}"
    settled = text_of(books.invoice(anna, line("Labor"), old), "TxnID")
    shared = text_of(books.invoice(anna, line("Labor"), old), "TxnID")
    still_open = text_of(books.invoice(anna, line("Labor"), old), "TxnID")
    dated = "<TxnDate>2025-01-02</TxnDate><TotalAmount>"
    for total, applied in (
        ("85.50", applied_to(settled, "85.50")),
        ("90.50", applied_to(shared, "85.50") + applied_to(still_open, "5.00")),
    ):
        books.one(payment_add(anna, total, applied).replace("<TotalAmount>", dated))
    owed = books.company.totals()["owed"]

    people.condense(books.company, "2026-01-01", now=books.now)

    left = {each.id for each in books.company.invoices()}
    assert left == {shared, still_open}
    assert books.company.totals()["owed"] == owed
    asked = "<TxnDeletedQueryRq><TxnDelType>Invoice</TxnDelType></TxnDeletedQueryRq>"
    assert books.status(asked) == 1
    assert books.company.state.condensed_at is not None
