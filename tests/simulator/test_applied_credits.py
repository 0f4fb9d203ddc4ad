"""SetCredit in an InvoiceMod: links, what they lower, what is refused, how they come off."""

from datetime import UTC, datetime

import pytest

from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import Books, applied_to, invoice_add, line, payment_add, text_of
from tests.simulator.test_credits import LINE, credit_add

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Desk:
    """A customer with an invoice of 95.00 and a credit memo of 190.00, both without tax."""

    def __init__(self, variant: Variant) -> None:
        self.books = Books(variant=variant)
        self.anna = text_of(self.books.customer("Anna"), "ListID")
        exempt = "<CustomerSalesTaxCodeRef><FullName>Non</FullName></CustomerSalesTaxCodeRef>"
        self.invoice = text_of(self.books.one(invoice_add(self.anna, line(), exempt)), "TxnID")
        twice = LINE.format("<Quantity>2</Quantity>")
        self.credit = text_of(self.books.one(credit_add(self.anna, twice, exempt)), "TxnID")

    def version(self) -> str:
        return self.books.company.state.records[self.invoice].sequence

    def set(self, amount: str, *, credit: str = "", version: str = "") -> str:
        part = (
            f"<SetCredit><CreditTxnID>{credit or self.credit}</CreditTxnID>"
            f"<AppliedAmount>{amount}</AppliedAmount></SetCredit>"
        )
        return (
            f"<InvoiceModRq><InvoiceMod><TxnID>{self.invoice}</TxnID>"
            f"<EditSequence>{version or self.version()}</EditSequence>{part}"
            "</InvoiceMod></InvoiceModRq>"
        )

    def links(self) -> list[tuple[str, str, str]]:
        found = self.books.one(
            f"<InvoiceQueryRq><TxnID>{self.invoice}</TxnID>"
            "<IncludeLinkedTxns>true</IncludeLinkedTxns></InvoiceQueryRq>"
        )
        return [
            (text_of(each, "TxnType"), text_of(each, "TxnID"), text_of(each, "Amount"))
            for each in found.findall("LinkedTxn")
        ]

    def left(self) -> tuple[str, str]:
        """Return what is owed on the invoice and what is left of the credit memo."""
        invoice = self.books.one(f"<InvoiceQueryRq><TxnID>{self.invoice}</TxnID></InvoiceQueryRq>")
        credit = self.books.one(
            f"<CreditMemoQueryRq><TxnID>{self.credit}</TxnID></CreditMemoQueryRq>"
        )
        return text_of(invoice, "BalanceRemaining"), text_of(credit, "CreditRemaining")


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(getattr(request, "param", Variant()))


def test_a_credit_goes_to_an_invoice_and_is_read_as_a_link(desk: Desk) -> None:
    owed, before = desk.books.company.totals()["owed"], desk.version()

    answered = desk.books.one(desk.set("40.00"))

    assert answered.find("LinkedTxn") is None
    assert desk.version() > before
    assert desk.links() == [("CreditMemo", desk.credit, "-40.00")]
    assert desk.left() == ("55.00", "150.00")
    assert desk.books.company.totals()["owed"] == owed


@pytest.mark.parametrize(
    ("desk", "after"),
    [
        (Variant(set_credit_adds=True), ("35.00", "130.00")),
        (Variant(set_credit_adds=False), ("75.00", "170.00")),
    ],
    indirect=["desk"],
)
def test_a_second_amount_is_added_or_takes_the_place_of_the_first(
    desk: Desk, after: tuple[str, str]
) -> None:
    desk.books.one(desk.set("40.00"))
    desk.books.one(desk.set("20.00"))

    assert desk.left() == after


@pytest.mark.parametrize("desk", [Variant(set_credit_bumps=False)], indirect=True)
def test_where_a_link_is_no_change_the_version_stays_and_a_copy_runs_twice(desk: Desk) -> None:
    version = desk.version()

    desk.books.one(desk.set("40.00", version=version))
    desk.books.one(desk.set("40.00", version=version))

    assert desk.version() == version
    assert desk.left() == ("15.00", "110.00")


def test_what_cannot_be_is_refused(desk: Desk) -> None:
    other = text_of(desk.books.customer("Ben"), "ListID")
    theirs = text_of(desk.books.one(credit_add(other, LINE.format(""))), "TxnID")

    assert desk.books.status(desk.set("40.00", version="1")) == 3200
    assert desk.books.status(desk.set("40.00", credit="1-1")) == 3120
    assert desk.books.status(desk.set("40.00", credit=theirs)) == 3210
    assert desk.books.status(desk.set("95.01")) == 3210
    assert desk.books.status(desk.set("0.00")) == 3210
    desk.books.one(payment_add(desk.anna, "60.00", applied_to(desk.invoice, "60.00")))
    assert desk.books.status(desk.set("35.01")) == 3210
    assert desk.left() == ("35.00", "190.00")
    desk.books.one(desk.set("35.00"))
    assert desk.left() == ("0.00", "155.00")
    assert (
        desk.books.status(payment_add(desk.anna, "1.00", applied_to(desk.invoice, "1.00"))) == 3210
    )


def test_a_link_comes_off_by_hand_and_where_one_of_the_two_goes(desk: Desk) -> None:
    desk.books.one(desk.set("40.00"))
    people.take_off_credit(desk.books.company, desk.invoice, desk.credit, now=NOW)
    assert (desk.links(), desk.left()) == ([], ("95.00", "190.00"))

    desk.books.one(desk.set("40.00"))
    desk.books.one(
        f"<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{desk.invoice}</TxnID></TxnVoidRq>"
    )
    assert (desk.links(), desk.left()) == ([], ("0.00", "190.00"))


def test_a_credit_memo_that_goes_is_off_the_invoice(desk: Desk) -> None:
    desk.books.one(desk.set("40.00"))

    people.delete(desk.books.company, desk.credit, now=NOW)

    assert desk.links() == []
    again = type(desk.books.company).from_json(desk.books.company.to_json())
    assert again.state.applied_to(desk.invoice) == 0


@pytest.mark.parametrize("desk", [Variant(frees_payments=False)], indirect=True)
def test_where_what_was_used_is_not_voided_neither_goes(desk: Desk) -> None:
    desk.books.one(desk.set("40.00"))

    for kind, txn in (("Invoice", desk.invoice), ("CreditMemo", desk.credit)):
        void = f"<TxnVoidRq><TxnVoidType>{kind}</TxnVoidType><TxnID>{txn}</TxnID></TxnVoidRq>"
        assert desk.books.status(void) == 3185
