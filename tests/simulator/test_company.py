"""The company file as a whole: seeded, kept as JSON without loss, consistent, fast."""

import time
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldledger.simulator.company import Company
from fieldledger.simulator.sample import Sizes
from tests.simulator.company_files import (
    NOON,
    Books,
    applied_to,
    document,
    invoice_add,
    line,
    payment_add,
    text_of,
)


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second, other = (Company.fresh(seed=seed, now=NOON) for seed in (1, 1, 2))

    assert first.to_json() == second.to_json()
    assert first.to_json() != other.to_json()
    request = document(
        '<CustomerQueryRq iterator="Start"><MaxReturned>9</MaxReturned></CustomerQueryRq>'
    )
    answers = {
        each.answer(request, session=each.open_session(), now=NOON) for each in (first, second)
    }
    assert len(answers) == 1


def test_json_loses_nothing() -> None:
    books = Books()
    anna = text_of(books.customer("Anna", '<Notes>a\nb \u2028 "c"</Notes>'), "ListID")
    due = text_of(books.invoice(anna, line() + line("Subtotal")), "TxnID")
    books.answer(payment_add(anna, "5.00", applied_to(due, "5.00")), 'newMessageSetID="A"')
    books.company.stamp(owner_id="{1}", name="FileID", value="{2}")
    gone = text_of(books.customer("Ben"), "ListID")
    books.ask(f"<ListDelRq><ListDelType>Customer</ListDelType><ListID>{gone}</ListID></ListDelRq>")

    copy = Company.from_json(books.company.to_json())

    assert copy.to_json() == books.company.to_json()
    assert copy.totals() == books.company.totals()
    request = document(
        "<CustomerQueryRq/><InvoiceQueryRq><IncludeLinkedTxns>true</IncludeLinkedTxns>"
        "</InvoiceQueryRq><AccountQueryRq/>"
        "<ListDeletedQueryRq><ListDelType>Customer</ListDelType></ListDeletedQueryRq>"
    )
    answers = {
        each.answer(request, session=each.open_session(), now=books.now)
        for each in (books.company, copy)
    }
    assert len(answers) == 1


def test_a_thousand_adds_take_well_under_two_seconds() -> None:
    books = Books()
    requests = "".join(
        f'<CustomerAddRq requestID="{n}"><CustomerAdd><Name>Customer {n}</Name><BillAddress>'
        f"<Addr1>{n} Main St</Addr1><City>Bayshore</City></BillAddress><Phone>1</Phone>"
        "</CustomerAdd></CustomerAddRq>"
        for n in range(1000)
    )

    started = time.perf_counter()
    answers = books.ask(requests)
    took = time.perf_counter() - started

    assert {each.get("statusCode") for each in answers} == {"0"}
    assert took < 2


cents = st.integers(min_value=0, max_value=20_000)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("invoice"), st.integers(0, 2), cents, st.booleans()),
        st.tuples(st.just("pay"), st.integers(0, 5), cents, st.booleans()),
        st.tuples(st.just("void"), st.integers(0, 5), cents, st.booleans()),
        st.tuples(st.just("delete"), st.integers(0, 5), cents, st.booleans()),
    ),
    max_size=12,
)


def money(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


@settings(max_examples=40, deadline=None)
@given(steps)
def test_the_books_add_up_whatever_is_done(done: list[tuple[str, int, int, bool]]) -> None:
    """What is owed is what was invoiced less what was received, and no invoice is overpaid."""
    books = Books()
    customers = [text_of(books.customer(name), "ListID") for name in ("Anna", "Ben", "Cleo")]
    for what, which, amount, flag in done:
        books.ask(_request(books, customers, what, which, amount, flag))

        totals = books.company.totals()
        assert totals["owed"] == totals["invoiced"] - totals["received"] - totals["discounts"]
        for invoice in books.company.invoices():
            assert 0 <= invoice.amounts["balance"] <= invoice.amounts["total"]
    copy = Company.from_json(books.company.to_json())
    assert copy.totals() == books.company.totals()


def _request(
    books: Books, customers: list[str], what: str, which: int, amount: int, flag: bool
) -> str:
    invoices = books.company.invoices()
    if what == "invoice":
        code = "<SalesTaxCodeRef><FullName>Tax</FullName></SalesTaxCodeRef>" if flag else ""
        return invoice_add(
            customers[which], line("Labor", f"<Amount>{money(amount)}</Amount>{code}")
        )
    if not invoices:
        return "<HostQueryRq/>"
    invoice = invoices[which % len(invoices)]
    if what == "pay":
        total = amount + (100 if flag else 0)
        customer = invoice.fields["CustomerRef"]
        return payment_add(customer, money(total), applied_to(invoice.id, money(amount)))
    if what == "void":
        return (
            f"<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{invoice.id}</TxnID></TxnVoidRq>"
        )
    payments = books.company.payments()
    kind, gone = ("ReceivePayment", payments[-1]) if flag and payments else ("Invoice", invoice)
    return f"<TxnDelRq><TxnDelType>{kind}</TxnDelType><TxnID>{gone.id}</TxnID></TxnDelRq>"


def test_a_sample_is_a_year_old_and_spans_summer_and_winter() -> None:
    company = Company.fresh(seed=5, now=NOON)
    created = [each.created for each in company.state.records.values()]

    assert min(created) < (NOON - timedelta(days=360)).timestamp()
    big = Company.fresh(seed=5, now=NOON, sizes=Sizes(customers=2000))
    assert max(each.created for each in big.state.records.values()) < NOON.timestamp()
    assert max(created) < NOON.timestamp()
    assert created == sorted(created)
