"""Invoices: what QuickBooks fills in, computes, rounds and refuses."""

import pytest
from lxml import etree

from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import Books, applied_to, invoice_add, line, payment_add, text_of

TAX = "<ItemSalesTaxRef><FullName>{}</FullName></ItemSalesTaxRef>"


def code(name: str) -> str:
    return f"<SalesTaxCodeRef><FullName>{name}</FullName></SalesTaxCodeRef>"


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def anna(books: Books) -> str:
    return text_of(books.customer("Anna"), "ListID")


def test_an_invoice_takes_what_it_does_not_say_from_customer_and_company(books: Books) -> None:
    terms = "<TermsRef><FullName>Net 30</FullName></TermsRef>"
    anna = books.customer("Anna", f"<BillAddress><Addr1>Anna</Addr1></BillAddress>{terms}")

    invoice = books.invoice(
        text_of(anna, "ListID"), line(), "<TxnDate>2026-05-01</TxnDate><RefNumber>A1</RefNumber>"
    )

    assert text_of(invoice, "BillAddress/Addr1") == "Anna"
    assert text_of(invoice, "TermsRef/FullName") == "Net 30"
    assert text_of(invoice, "DueDate") == "2026-05-31"
    assert text_of(invoice, "ARAccountRef/FullName") == "Accounts Receivable"
    assert text_of(invoice, "ItemSalesTaxRef/FullName") == "San Tomas"
    assert text_of(invoice, "CustomerSalesTaxCodeRef/FullName") == "Tax"
    assert text_of(invoice, "InvoiceLineRet/Desc") == "Find out what is wrong"
    assert text_of(invoice, "InvoiceLineRet/Rate") == "95.00"
    assert text_of(invoice, "InvoiceLineRet/Amount") == "95.00"
    assert text_of(invoice, "Subtotal") == "95.00"
    assert text_of(invoice, "SalesTaxPercentage") == "7.75"
    assert text_of(invoice, "SalesTaxTotal") == "7.36"  # 7.3625
    assert text_of(invoice, "BalanceRemaining") == "102.36"
    assert text_of(invoice, "IsPaid") == "false"


def test_numbers_and_dates_that_are_left_out(books: Books, anna: str) -> None:
    books.invoice(anna, line(), "<TxnDate>2026-01-31</TxnDate><RefNumber>1041</RefNumber>")

    follower = books.invoice(anna, line())
    blank = books.invoice(anna, line(), "<RefNumber></RefNumber>")
    same = books.invoice(anna, line(), "<RefNumber>1041</RefNumber>")

    assert text_of(follower, "RefNumber") == "1042"
    assert text_of(follower, "TxnDate") == "2026-01-31"
    assert blank.find("RefNumber") is None
    assert text_of(same, "RefNumber") == "1041"


@pytest.mark.parametrize(
    ("inside", "rate", "amount"),
    [
        ("<Quantity>3</Quantity><Rate>0.335</Rate>", "0.335", "1.01"),  # 1.005 goes up.
        ("<Quantity>1.5</Quantity><Rate>33.33</Rate>", "33.33", "50.00"),  # 49.995
        ("<Quantity>3</Quantity><Amount>10.00</Amount>", "3.33333", "10.00"),
        ("<Rate>111.111</Rate>", "111.111", "111.11"),
        ("<Quantity>2</Quantity>", "95.00", "190.00"),
        ("<Quantity>0</Quantity><Rate>5.00</Rate>", "5.00", "0.00"),
        ("<Quantity>-1</Quantity><Rate>5.00</Rate>", "5.00", "-5.00"),
    ],
)
def test_quantity_rate_and_amount(
    books: Books, anna: str, inside: str, rate: str, amount: str
) -> None:
    invoice = books.invoice(anna, line() + line("Diagnostics", inside))

    last = invoice.findall("InvoiceLineRet")[-1]
    assert text_of(last, "Rate") == rate
    assert text_of(last, "Amount") == amount


def test_rate_and_amount_together_are_a_warning_with_the_record(books: Books, anna: str) -> None:
    both = "<Quantity>2</Quantity><Rate>9.00</Rate><Amount>10.00</Amount>"

    (answer,) = books.ask(invoice_add(anna, line("Labor", both)))

    assert answer.get("statusCode") == "550"
    assert answer.get("statusSeverity") == "Warn"
    assert text_of(answer[0], "InvoiceLineRet/Amount") == "10.00"
    assert text_of(answer[0], "InvoiceLineRet/Rate") == "5.00"


def test_tax_is_computed_once_from_the_taxable_lines(books: Books, anna: str) -> None:
    lines = "".join(
        line("Labor", f"<Amount>{amount}</Amount>{code(taxable)}")
        for amount, taxable in (("10.10", "Tax"), ("10.10", "Tax"), ("99.99", "Non"))
    )

    invoice = books.invoice(anna, lines, TAX.format("East Bayshore"))

    assert text_of(invoice, "Subtotal") == "120.19"
    assert text_of(invoice, "SalesTaxTotal") == "1.67"  # 20.20 at 8.25 % = 1.6665, not 0.83 twice.
    assert text_of(invoice, "BalanceRemaining") == "121.86"


def test_half_a_cent_of_tax_goes_up(books: Books, anna: str) -> None:
    agency = "<TaxVendorRef><FullName>State Board of Equalization</FullName></TaxVendorRef>"
    books.one(
        f"<ItemSalesTaxAddRq><ItemSalesTaxAdd><Name>Five</Name><TaxRate>5</TaxRate>{agency}"
        "</ItemSalesTaxAdd></ItemSalesTaxAddRq>"
    )

    invoice = books.invoice(
        anna, line("Labor", f"<Amount>0.10</Amount>{code('Tax')}"), TAX.format("Five")
    )

    assert text_of(invoice, "SalesTaxTotal") == "0.01"  # 0.005


def test_codes_of_customer_and_line_decide(books: Books) -> None:
    exempt = text_of(books.customer("Church", code("Non")), "ListID")

    untaxed = books.invoice(exempt, line())
    forced = books.invoice(
        exempt,
        line(),
        "<CustomerSalesTaxCodeRef><FullName>Tax</FullName></CustomerSalesTaxCodeRef>",
    )
    zero = books.invoice(exempt, line(), TAX.format("Out of State"))

    assert text_of(untaxed, "SalesTaxTotal") == "0.00"
    assert text_of(forced, "SalesTaxTotal") == "7.36"
    assert text_of(zero, "SalesTaxTotal") == "0.00"


def test_without_sales_tax_there_is_none_and_an_item_is_refused() -> None:
    books = Books(sales_tax=False)
    anna = text_of(books.customer("Anna"), "ListID")

    invoice = books.invoice(anna, line())

    assert text_of(invoice, "BalanceRemaining") == "95.00"
    assert invoice.find("ItemSalesTaxRef") is None
    assert text_of(invoice, "InvoiceLineRet/SalesTaxCodeRef/FullName") == "Non"
    assert books.status(invoice_add(anna, line(), TAX.format("San Tomas"))) == 3250


def test_subtotals_discounts_and_texts(books: Books, anna: str) -> None:
    lines = (
        line("Labor", f"<Amount>100.00</Amount>{code('Non')}")
        + line("Labor", f"<Amount>50.00</Amount>{code('Non')}")
        + line("Subtotal")
        + line("Ten percent off", code("Non"))
        + "<InvoiceLineAdd><Desc>Thank you!</Desc></InvoiceLineAdd>"
    )

    invoice = books.invoice(anna, lines)

    amounts = [each.findtext("Amount") for each in invoice.findall("InvoiceLineRet")]
    assert amounts == ["100.00", "50.00", "150.00", "-15.00", None]
    assert text_of(invoice, "Subtotal") == "135.00"
    assert (
        books.status(invoice_add(anna, line() + line("Ten percent off", "<Quantity>2</Quantity>")))
        == 3180
    )


REFUSED = {
    "unknown item": (line("Nothing"), "", 3140),
    "tax group or payment": ("<InvoiceLineAdd><Amount>5.00</Amount></InvoiceLineAdd>", "", 3180),
    "no lines": ("", "", 3180),
    "negative total": (line("Labor", "<Amount>-5.00</Amount>"), "", 3210),
    "inactive item": (line("Old service"), "", 3140),
    "unknown tax item": (line(), TAX.format("Mars"), 3140),
    "unknown terms": (line(), "<TermsRef><FullName>Never</FullName></TermsRef>", 3140),
    "not a receivable": (line(), "<ARAccountRef><FullName>Fuel</FullName></ARAccountRef>", 3140),
    "no template": (line(), "<TemplateRef><FullName>X</FullName></TemplateRef>", 3140),
    "no e-mail": (line(), "<IsToBeEmailed>true</IsToBeEmailed>", 3180),
    "no sales order": (line(), "<LinkToTxnID>1-1</LinkToTxnID>", 3120),
    "number too long": (line(), "<RefNumber>123456789012</RefNumber>", 3070),
    "class": (line(), "<ClassRef><FullName>West</FullName></ClassRef>", 3140),
}


@pytest.mark.parametrize(("lines", "header", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(books: Books, anna: str, lines: str, header: str, status: int) -> None:
    before = books.company.totals()

    assert books.status(invoice_add(anna, lines, header)) == status
    assert books.company.totals() == before


@pytest.mark.parametrize("status", [3140, 3180])
def test_an_inactive_customer_is_refused(status: int) -> None:
    books = Books(variant=Variant(inactive_reference_status=status))  # type: ignore[arg-type]
    gone = text_of(books.customer("Anna", "<IsActive>false</IsActive>"), "ListID")

    assert books.status(invoice_add(gone, line())) == status
    assert books.status(invoice_add("80009999-1", line())) == 3140


def test_the_books_are_closed(books: Books, anna: str) -> None:
    old = books.invoice(anna, line(), "<TxnDate>2025-12-31</TxnDate>")
    people.close_books(books.company, "2025-12-31")

    assert books.status(invoice_add(anna, line(), "<TxnDate>2025-12-31</TxnDate>")) == 3171
    assert books.status(invoice_add(anna, line(), "<TxnDate>2026-01-01</TxnDate>")) == 0
    assert books.status(mod(old, "<TxnDate>2026-02-01</TxnDate>")) == 3171
    txn_id = text_of(old, "TxnID")
    void = f"<TxnVoidRq><TxnVoidType>Invoice</TxnVoidType><TxnID>{txn_id}</TxnID></TxnVoidRq>"
    assert books.status(void) == 3171
    people.reopen_books(books.company)
    assert books.status(void) == 0


def mod(invoice: etree._Element, inside: str) -> str:
    return (
        f"<InvoiceModRq><InvoiceMod><TxnID>{text_of(invoice, 'TxnID')}</TxnID>"
        f"<EditSequence>{text_of(invoice, 'EditSequence')}</EditSequence>{inside}"
        "</InvoiceMod></InvoiceModRq>"
    )


def line_mod(line_id: str, inside: str = "") -> str:
    return f"<InvoiceLineMod><TxnLineID>{line_id}</TxnLineID>{inside}</InvoiceLineMod>"


def test_lines_of_a_mod(books: Books, anna: str) -> None:
    three = line("Labor") + line("Diagnostics") + line("Drain cleaning")
    invoice = books.invoice(anna, three, TAX.format("Out of State"))
    first, second, third = (
        text_of(each, "TxnLineID") for each in invoice.findall("InvoiceLineRet")
    )

    kept = books.one(mod(invoice, "<Memo>no lines named</Memo>"))
    assert len(kept.findall("InvoiceLineRet")) == 3

    new = line_mod("-1", "<ItemRef><FullName>Labor</FullName></ItemRef><Amount>1.00</Amount>")
    changed = books.one(
        mod(kept, line_mod(third, "<Quantity>2</Quantity>") + new + line_mod(first))
    )

    lines = changed.findall("InvoiceLineRet")
    assert [text_of(each, "TxnLineID") for each in lines][::2] == [third, first]
    assert second not in {text_of(each, "TxnLineID") for each in lines}
    assert [text_of(each, "Amount") for each in lines] == ["360.00", "1.00", "85.50"]
    assert text_of(changed, "Subtotal") == "446.50"
    assert books.status(mod(changed, line_mod(second))) == 3120
    assert books.status(mod(invoice, line_mod(first))) == 3200


def test_a_paid_invoice_keeps_its_customer_and_its_payment(books: Books, anna: str) -> None:
    invoice = books.invoice(anna, line("Labor"), TAX.format("Out of State"))
    ben = text_of(books.customer("Ben"), "ListID")
    books.one(payment_add(anna, "50.00", applied_to(text_of(invoice, "TxnID"), "50.00")))

    (line_id,) = [text_of(each, "TxnLineID") for each in invoice.findall("InvoiceLineRet")]
    low = line_mod(line_id, "<Amount>40.00</Amount>")
    assert books.status(mod(invoice, f"<CustomerRef><ListID>{ben}</ListID></CustomerRef>")) == 3210
    assert books.status(mod(invoice, low)) == 3210
    high = books.one(mod(invoice, line_mod(line_id, "<Amount>60.00</Amount>")))
    assert text_of(high, "BalanceRemaining") == "10.00"


def test_balances_go_up_to_the_parent(books: Books, anna: str) -> None:
    barn = books.customer("Barn", f"<ParentRef><ListID>{anna}</ListID></ParentRef>")
    books.invoice(text_of(barn, "ListID"), line("Labor"), TAX.format("Out of State"))

    answers = books.ask(
        f"<CustomerQueryRq><ListID>{anna}</ListID></CustomerQueryRq>"
        f"<CustomerQueryRq><FullName>anna:barn</FullName></CustomerQueryRq>"
    )

    assert text_of(answers[0][0], "Balance") == "0.00"
    assert text_of(answers[0][0], "TotalBalance") == "85.50"
    assert text_of(answers[1][0], "Balance") == "85.50"
