"""Whatever the office enters, QuickBooks can take what is made of it, or it is refused."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldledger.qbxml.objects import Body
from fieldledger.sync import addressing
from fieldledger.sync.content import (
    Address,
    Choices,
    ClientContent,
    CompanyFacts,
    InvoiceContent,
    ItemContent,
    Known,
    LineContent,
    PaymentContent,
)
from fieldledger.sync.mapping import (
    CannotBeSent,
    write_client,
    write_invoice,
    write_item,
    write_payment,
)
from fieldledger.sync.words import OWN_WORDS
from tests.sync.mapping_examples import (
    CHOICES,
    FACTS,
    GUID,
    RATE,
    check_accepted,
)

T = TypeVar("T")

ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.text("aé:\n\t\x00日🔧 “-", max_size=60),
    st.sampled_from(["", "x" * 5000, "é" * 42, "\u2028", "&<>'\"", "a\r\nb"]),
)


def mostly(good: st.SearchStrategy[T], bad: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """Enough of each: a record with one trouble in it gets further than one with ten."""
    return st.integers(0, 19).flatmap(lambda number: bad if number == 7 else good)


ADDRESSES = st.builds(
    Address,
    line1=ANY_TEXT,
    line2=ANY_TEXT,
    city=ANY_TEXT,
    state=ANY_TEXT,
    postal_code=ANY_TEXT,
    country=ANY_TEXT,
)
CLIENTS = st.builds(
    ClientContent,
    guid=st.uuids(),
    name=ANY_TEXT,
    company_name=ANY_TEXT,
    first_name=ANY_TEXT,
    last_name=ANY_TEXT,
    email=ANY_TEXT,
    phone=ANY_TEXT,
    billing=ADDRESSES,
    service=ADDRESSES,
    notes=ANY_TEXT,
    archived=st.booleans(),
)
FIGURES = st.one_of(
    st.decimals(-(10**11), 10**11, places=5),
    st.sampled_from([Decimal("NaN"), Decimal("1E+13"), Decimal("1E-7"), Decimal("-0"), Decimal(1)]),
)
PRICES = mostly(st.decimals(-(10**6), 10**6, places=2), FIGURES)
MONEY = mostly(st.decimals(0, 10**6, places=2), FIGURES)
DATES = mostly(st.dates(dt.date(2025, 6, 1), dt.date(2030, 1, 1)), st.dates())
NAMES = mostly(st.text("aé: 日", min_size=1, max_size=60), ANY_TEXT)
ITEMS = st.builds(
    ItemContent,
    guid=st.uuids(),
    name=NAMES,
    kind=st.sampled_from(["service", "product"]),
    description=ANY_TEXT,
    price=PRICES,
    cost=PRICES,
    taxable=st.booleans(),
    archived=st.booleans(),
)
LINES = st.builds(
    LineContent,
    item_list_id=mostly(st.just("80000003-1446676743"), st.none()),
    item_name=mostly(st.just(""), st.just("Mowing")),
    description=ANY_TEXT,
    quantity=PRICES,
    unit_price=PRICES,
    amount=MONEY,
    taxable=st.booleans(),
)
INVOICES = st.builds(
    InvoiceContent,
    guid=st.uuids(),
    number=mostly(st.integers(1, 99999).map(str), ANY_TEXT),
    date=DATES,
    due_date=st.none() | DATES,
    terms=st.sampled_from(["", "Net 30", "Net 45"]),
    tax_rate_guid=mostly(st.sampled_from([None, RATE]), st.just(GUID)),
    tax_rate_name=ANY_TEXT,
    memo=ANY_TEXT,
    customer_list_id=mostly(st.just("80000001-1446676743"), st.just("")),
    customer_name=ANY_TEXT,
    customer_billing=st.none() | ADDRESSES,
    lines=mostly(st.lists(LINES, min_size=1, max_size=3), st.just([])).map(tuple),
    tax=mostly(st.just(Decimal("0.00")), MONEY),
)
PAYMENTS = st.builds(
    PaymentContent,
    guid=st.uuids(),
    invoice_txn_id=mostly(st.just("1CAB66-1784735262"), st.just("")),
    customer_list_id=st.just("80000001-1446676743"),
    amount=MONEY,
    date=DATES,
    method=st.sampled_from(["cash", "check", "other"]),
    reference=mostly(st.text("a1é", max_size=20), ANY_TEXT),
    invoice_number=ANY_TEXT,
)
KNOWNS = st.none() | st.builds(
    Known,
    quickbooks_id=st.just("1CAB66-1784735262"),
    edit_sequence=st.just("1784735262"),
    type=mostly(
        st.sampled_from(["ItemServiceRet", "ItemNonInventoryRet", "ItemInventoryRet"]), st.just("")
    ),
    line_ids=st.sampled_from([(), ("1CAB68-1784735262",)]),
    two_sided=st.booleans(),
    adopted=st.booleans(),
)
COMPANIES = st.sampled_from(
    [FACTS, CompanyFacts(), replace(FACTS, closing_date=dt.date(2025, 1, 1))]
)
ALL_CHOICES = mostly(st.just(CHOICES), st.just(Choices()))


def check_accepted_or_refused(write: Callable[[], Body]) -> None:
    try:
        body = write()
    except CannotBeSent as error:
        refused = error
    else:
        check_accepted(body)
        return
    assert refused.code in OWN_WORDS
    assert refused.sentence.endswith((".", "?"))


@settings(max_examples=150, deadline=None)
@given(CLIENTS, KNOWNS)
def test_whatever_a_client_says_quickbooks_can_take_or_it_is_refused(
    content: ClientContent, known: Known | None
) -> None:
    check_accepted_or_refused(lambda: write_client(content, name=content.name, known=known))


@settings(max_examples=100, deadline=None)
@given(ITEMS, ALL_CHOICES, COMPANIES, KNOWNS)
def test_whatever_an_item_says_quickbooks_can_take_or_it_is_refused(
    content: ItemContent, choices: Choices, facts: CompanyFacts, known: Known | None
) -> None:
    check_accepted_or_refused(
        lambda: write_item(content, name=content.name, choices=choices, facts=facts, known=known)
    )


@settings(max_examples=200, deadline=None)
@given(INVOICES, ALL_CHOICES, COMPANIES, KNOWNS)
def test_whatever_an_invoice_says_quickbooks_can_take_or_it_is_refused(
    content: InvoiceContent, choices: Choices, facts: CompanyFacts, known: Known | None
) -> None:
    check_accepted_or_refused(
        lambda: write_invoice(content, choices=choices, facts=facts, known=known)
    )


@settings(max_examples=100, deadline=None)
@given(PAYMENTS, ALL_CHOICES, COMPANIES, KNOWNS)
def test_whatever_a_payment_says_quickbooks_can_take_or_it_is_refused(
    content: PaymentContent, choices: Choices, facts: CompanyFacts, known: Known | None
) -> None:
    check_accepted_or_refused(
        lambda: write_payment(content, choices=choices, facts=facts, known=known)
    )


@settings(max_examples=100, deadline=None)
@given(ADDRESSES, ANY_TEXT, st.booleans())
def test_no_address_prints_more_than_five_lines(
    address: Address, name: str, clearing: bool
) -> None:
    written = addressing.write_address(
        address, name=name, clearing=clearing, what="Billing address"
    )
    if written is None:
        return
    lines = [written.addr1, written.addr2, written.addr3, written.addr4, written.addr5]
    printed = sum(map(bool, lines)) + bool(written.country)
    printed += bool(written.city or written.state or written.postal_code)
    assert printed <= 5
