"""N3, J5.9: what QuickBooks will make of an invoice, said before it is sent; three ways to it."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from fieldledger.office.money import line_amount, totals_of
from fieldledger.qbxml.objects import InvoiceAdd
from fieldledger.qbxml.reading import Answer, read_answers
from fieldledger.qbxml.writing import Request, write_message_set
from fieldledger.sync.content import Choices, CompanyFacts, InvoiceContent, LineContent
from fieldledger.sync.mapping import write_invoice
from fieldledger.sync.outcomes import read_taken
from fieldledger.sync.taxing import REPORT_EFFECT, TaxMode, predict
from tests.simulator.company_files import Books
from tests.sync.mapping_examples import CHOICES, FACTS, INVOICE, refusal

# Our rates: the tax item of equal percent in QuickBooks, and one that has another percent there.
RATES = {
    UUID(int=1): (Decimal("8.375"), "County Tax 8.375"),
    UUID(int=2): (Decimal("7.25"), "State Tax 7.25"),
    UUID(int=3): (Decimal("8.25"), "San Tomas"),  # 7.75 % there.
}
A_SET = 100


class Desk:
    """A company file with what invoices refer to, by ListID."""

    def __init__(self) -> None:
        self.books = Books()
        state = self.books.company.state
        self.ids = {
            (each.type, each.fields.get("Name", "")): each.id for each in state.records.values()
        }
        self.percents = {
            each.id: Decimal(each.fields["TaxRate"])
            for each in state.records.values()
            if each.type == "ItemSalesTax"
        }
        self.customer = self.books.customer("Anna").findtext("ListID") or ""
        self.item = next(id_ for (kind, _), id_ in self.ids.items() if kind == "ItemService")
        self.facts = CompanyFacts(
            sales_tax_on=True,
            taxable_code=state.preferences.taxable_code,
            non_taxable_code=state.preferences.nontaxable_code,
        )

    def choices(self, mode: TaxMode) -> Choices:
        return Choices(
            fallback_item=self.item,
            tax_items={guid: self.ids["ItemSalesTax", name] for guid, (_, name) in RATES.items()},
            tax_percents=self.percents,
            sales_tax_mode=mode,
            zero_tax_item=self.ids["ItemSalesTax", "Out of State"],
            tax_line_item=self.item,
            rounding_item=self.item,
        )

    def enter(self, invoices: list[InvoiceAdd]) -> Iterator[Answer]:
        """Let QuickBooks take the invoices; answers come in their order."""
        for start in range(0, len(invoices), A_SET):
            some = enumerate(invoices[start : start + A_SET])
            text = write_message_set([Request(request_id=str(n), body=each) for n, each in some])
            self.books.now += dt.timedelta(minutes=1)
            yield from read_answers(
                self.books.company.answer(text, session=self.books.session, now=self.books.now)
            ).answers


def made_up(chance: random.Random, number: int, customer: str, item: str) -> InvoiceContent:
    """Return an invoice of up to six lines: taxable and not, discounts, five-decimal figures."""
    guid = chance.choice([None, *RATES])
    lines = []
    for _ in range(chance.randrange(1, 7)):
        quantity = Decimal(chance.randrange(1, 10 ** chance.randrange(2, 7))).scaleb(-5)
        price = Decimal(chance.randrange(1, 10 ** chance.randrange(3, 8))).scaleb(-5)
        if chance.random() < 0.15:  # A discount.
            price = -price / 2
            price = price.quantize(Decimal("0.00001"))
        lines.append(
            LineContent(
                item_list_id=item if chance.random() < 0.8 else None,
                description="Work",
                quantity=quantity,
                unit_price=price,
                amount=line_amount(quantity, price),
                taxable=chance.random() < 0.6,
            )
        )
    percent = RATES[guid][0] if guid else None
    totals = totals_of([(each.amount, each.taxable) for each in lines], percent)
    return InvoiceContent(
        guid=UUID(int=10**9 + number),
        number=str(number),
        date=dt.date(2026, 5, 3),
        tax_rate_guid=guid,
        customer_list_id=customer,
        lines=tuple(lines),
        subtotal=totals.subtotal,
        tax=totals.tax,
        total=totals.total,
    )


@pytest.mark.parametrize("mode", TaxMode)
def test_n3_totals_of_random_invoices_are_said_before_to_the_cent(mode: TaxMode) -> None:
    desk = Desk()
    chance = random.Random(f"invoices {mode}")
    choices = desk.choices(mode)
    how_many = 2000 if mode is TaxMode.QUICKBOOKS else 300
    contents = [made_up(chance, each, desk.customer, desk.item) for each in range(how_many)]
    contents = [each for each in contents if each.total >= 0]
    sent = [write_invoice(each, choices=choices, facts=desk.facts) for each in contents]
    assert all(isinstance(each, InvoiceAdd) for each in sent)

    otherwise = 0
    answers = list(desk.enter([each for each in sent if isinstance(each, InvoiceAdd)]))
    for content, request, answer in zip(contents, sent, answers, strict=True):
        assert answer.status.code == 0, (content, answer)
        taken = read_taken(answer.records[0])
        predicted = predict(request, choices=choices, facts=desk.facts)
        assert predicted is not None
        assert (predicted.subtotal, predicted.tax, predicted.total) == (
            taken.subtotal,
            taken.tax,
            taken.total,
        ), content
        otherwise += taken.total != content.total
        same_rate = content.tax_rate_guid != UUID(int=3)
        if same_rate or mode is not TaxMode.QUICKBOOKS:
            assert taken.total == content.total, content

    assert len(contents) > how_many * 3 / 4
    assert (otherwise > 0) == (mode is TaxMode.QUICKBOOKS)  # Where the rates are not the same.


def test_j5_9_the_tax_goes_as_a_line_of_its_own_beside_a_tax_item_of_0_percent() -> None:
    choices = replace(
        CHOICES, sales_tax_mode=TaxMode.TAX_LINE, zero_tax_item="TAX-0", tax_line_item="ITEM-T"
    )

    sent = write_invoice(INVOICE, choices=choices, facts=FACTS)

    assert isinstance(sent, InvoiceAdd)
    assert sent.item_sales_tax_ref is not None
    assert sent.item_sales_tax_ref.list_id == "TAX-0"
    line = sent.invoice_line_add[-1]
    assert line.item_ref is not None
    assert (line.item_ref.list_id, line.amount) == ("ITEM-T", Decimal("7.43"))
    assert line.desc == "Sales tax Springfield 8.25%"
    assert line.sales_tax_code_ref is not None
    assert line.sales_tax_code_ref.list_id == FACTS.non_taxable_code


def test_j5_9_a_rounding_line_is_there_only_where_the_totals_would_differ() -> None:
    choices = replace(
        CHOICES,
        sales_tax_mode=TaxMode.ROUNDING_LINE,
        rounding_item="ITEM-R",
        tax_percents={"TAX-1": Decimal("8.25")},
    )
    equal = write_invoice(INVOICE, choices=choices, facts=FACTS)
    otherwise = write_invoice(
        INVOICE, choices=replace(choices, tax_percents={"TAX-1": Decimal("8.24")}), facts=FACTS
    )

    assert isinstance(equal, InvoiceAdd)
    assert isinstance(otherwise, InvoiceAdd)
    assert len(equal.invoice_line_add) == 1
    assert otherwise.invoice_line_add[-1].amount == Decimal("0.01")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sales_tax_mode": TaxMode.TAX_LINE}, "no_zero_tax_item"),
        ({"sales_tax_mode": TaxMode.TAX_LINE, "zero_tax_item": "TAX-0"}, "no_tax_line_item"),
        (
            {
                "sales_tax_mode": TaxMode.ROUNDING_LINE,
                "tax_percents": {"TAX-1": Decimal("8.24")},
            },
            "no_rounding_item",
        ),
    ],
)
def test_j5_9_an_item_that_is_not_chosen_is_said_by_name(
    changes: dict[str, object], code: str
) -> None:
    with refusal(code):
        write_invoice(INVOICE, choices=replace(CHOICES, **changes), facts=FACTS)  # type: ignore[arg-type]


def test_a_rate_that_quickbooks_has_not_told_predicts_nothing() -> None:
    sent = write_invoice(INVOICE, choices=CHOICES, facts=FACTS)

    assert predict(sent, choices=CHOICES, facts=FACTS) is None


def test_j5_9_every_way_says_what_it_does_to_the_sales_tax_report() -> None:
    assert set(REPORT_EFFECT) == set(TaxMode)
