"""From our invoices and payments to QuickBooks' requests."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fieldledger.qbxml import objects
from fieldledger.qbxml.objects import Ref
from fieldledger.sync.content import (
    Choices,
    CompanyFacts,
    LineContent,
)
from fieldledger.sync.mapping import (
    write_invoice,
    write_payment,
)
from fieldledger.sync.words import OWN_WORDS
from tests.sync.mapping_examples import (
    CHOICES,
    FACTS,
    INVOICE,
    KNOWN,
    LINE,
    MAY_3,
    PAYMENT,
    RATE,
    check_accepted,
    refusal,
)

# --- Invoices ---


def test_an_invoice_says_everything_that_quickbooks_would_fill_in() -> None:
    add = write_invoice(INVOICE, choices=CHOICES, facts=FACTS)

    assert add == objects.InvoiceAdd(
        customer_ref=Ref(list_id="CUST-1"),
        txn_date=MAY_3,
        ref_number="1042",
        bill_address=objects.Address(
            addr1="Anna Smith",
            addr2="12 Elm St",
            addr3="Apt 4",
            city="Springfield",
            state="IL",
            postal_code="62701",
        ),
        terms_ref=Ref(list_id="TERMS-30"),
        due_date=dt.date(2026, 6, 2),
        item_sales_tax_ref=Ref(list_id="TAX-1"),
        memo="Spring clean-up",
        is_to_be_printed=False,
        customer_sales_tax_code_ref=Ref(list_id="T-1"),
        external_guid="{7A1F8E0C-94B3-4C5E-8F00-1234567890AB}",
        invoice_line_add=(
            objects.InvoiceLineAdd(
                item_ref=Ref(list_id="ITEM-1"),
                desc="Mow the lawn",
                quantity=Decimal(2),
                rate=Decimal("45.00"),
                sales_tax_code_ref=Ref(list_id="T-1"),
            ),
        ),
    )
    check_accepted(add)


def test_without_a_tax_rate_every_line_is_non_taxable() -> None:
    content = replace(INVOICE, tax_rate_guid=None, tax=Decimal("0.00"), lines=(LINE, LINE))
    add = write_invoice(content, choices=CHOICES, facts=FACTS)

    assert isinstance(add, objects.InvoiceAdd)
    assert add.item_sales_tax_ref is None
    assert add.customer_sales_tax_code_ref == Ref(list_id="N-1")
    assert {line.sales_tax_code_ref for line in add.invoice_line_add} == {Ref(list_id="N-1")}


def test_where_sales_tax_is_off_nothing_is_said_of_tax() -> None:
    content = replace(INVOICE, tax_rate_guid=None, tax=Decimal("0.00"))
    document = check_accepted(write_invoice(content, choices=CHOICES, facts=CompanyFacts()))

    assert "Tax" not in document


def test_terms_unknown_there_are_left_out_and_the_due_date_is_sent() -> None:
    notes: list[str] = []
    add = write_invoice(replace(INVOICE, terms="Net 45"), choices=CHOICES, facts=FACTS, notes=notes)

    assert (add.terms_ref, add.due_date) == (None, dt.date(2026, 6, 2))
    assert notes == ["Terms: QuickBooks has no “Net 45”; only the due date is sent."]
    assert write_invoice(
        replace(INVOICE, terms=" NET  30"), choices=CHOICES, facts=FACTS
    ).terms_ref == Ref(list_id="TERMS-30")


def line_of(line: LineContent, choices: Choices = CHOICES) -> objects.InvoiceLineAdd:
    add = write_invoice(replace(INVOICE, lines=(line,)), choices=choices, facts=FACTS)
    assert isinstance(add, objects.InvoiceAdd)
    check_accepted(add)
    return add.invoice_line_add[0]


def test_an_amount_is_sent_only_where_quickbooks_would_come_to_another() -> None:
    line = line_of(replace(LINE, amount=Decimal("89.99")))
    assert (line.quantity, line.rate, line.amount) == (Decimal(2), None, Decimal("89.99"))
    line = line_of(replace(LINE, quantity=Decimal(0), amount=Decimal("5.00")))
    assert (line.quantity, line.rate, line.amount) == (None, None, Decimal("5.00"))
    line = line_of(
        replace(LINE, quantity=Decimal(3), unit_price=Decimal("0.335"), amount=Decimal("1.01"))
    )
    assert (line.rate, line.amount) == (Decimal("0.335"), None)


def test_a_line_without_an_item_uses_the_chosen_one_or_is_refused() -> None:
    line = replace(LINE, item_list_id=None, item_name="")

    assert line_of(line).item_ref == Ref(list_id="ITEM-0")
    with refusal("no_fallback_item") as error:
        line_of(line, Choices(tax_items={RATE: "TAX-1"}))
    assert "Mow the lawn" in error.value.sentence


def test_a_line_without_an_item_and_an_amount_is_a_text() -> None:
    text = LineContent(description="Thank you!", taxable=True)

    assert line_of(text, Choices(tax_items={RATE: "TAX-1"})) == objects.InvoiceLineAdd(
        desc="Thank you!"
    )


def test_a_changed_invoice_keeps_its_lines_by_their_ids() -> None:
    text = LineContent(description="Thank you!")
    content = replace(INVOICE, memo="", lines=(LINE, text, LINE, LINE))
    known = replace(KNOWN, line_ids=("L1", "L2", "L3"))

    mod = write_invoice(content, choices=CHOICES, facts=FACTS, known=known)

    assert isinstance(mod, objects.InvoiceMod)
    assert mod.memo == ""
    assert [line.txn_line_id for line in mod.invoice_line_mod] == ["L1", "-1", "L3", "-1"]
    fewer = write_invoice(INVOICE, choices=CHOICES, facts=FACTS, known=known)
    assert isinstance(fewer, objects.InvoiceMod)
    assert [line.txn_line_id for line in fewer.invoice_line_mod] == ["L1"]
    check_accepted(mod)


@pytest.mark.parametrize(
    ("change", "choices", "facts", "field", "code"),
    [
        ({"number": ""}, CHOICES, FACTS, "number", "number_missing"),
        ({"number": "INV-2026-0001"}, CHOICES, FACTS, "number", "number_too_long"),
        ({"number": "№ 12"}, CHOICES, FACTS, "number", "characters"),
        ({"customer_list_id": ""}, CHOICES, FACTS, "client", "client_not_in_quickbooks"),
        ({"lines": ()}, CHOICES, FACTS, "lines", "no_lines"),
        ({"lines": (LineContent(),)}, CHOICES, FACTS, "lines", "no_lines"),
        (
            {"lines": (replace(LINE, item_list_id=None),)},
            CHOICES,
            FACTS,
            "lines",
            "item_not_in_quickbooks",
        ),
        (
            {"lines": (replace(LINE, quantity=Decimal("0.000001")),)},
            CHOICES,
            FACTS,
            "quantity",
            "figure_too_large",
        ),
        ({"voided": True}, CHOICES, FACTS, "voided", "voided"),
        ({"date": dt.date(1899, 1, 1)}, CHOICES, FACTS, "date", "date_out_of_range"),
        ({"due_date": dt.date(1899, 1, 1)}, CHOICES, FACTS, "date", "date_out_of_range"),
        ({}, CHOICES, replace(FACTS, closing_date=MAY_3), "date", "closed_period"),
        ({}, CHOICES, CompanyFacts(), "tax", "sales_tax_off"),
        ({}, Choices(), FACTS, "tax_rate", "tax_not_mapped"),
        ({}, CHOICES, replace(FACTS, non_taxable_code=None), "tax", "tax_codes_unknown"),
    ],
)
def test_an_invoice_that_cannot_be_sent_says_why(
    change: dict[str, object], choices: Choices, facts: CompanyFacts, field: str, code: str
) -> None:
    with refusal(code) as error:
        write_invoice(replace(INVOICE, **change), choices=choices, facts=facts)  # type: ignore[arg-type]

    assert error.value.field == field
    assert error.value.sentence.endswith(".")
    assert code in OWN_WORDS


def test_the_day_after_the_closing_date_is_open() -> None:
    facts = replace(FACTS, closing_date=dt.date(2026, 5, 2))
    check_accepted(write_invoice(INVOICE, choices=CHOICES, facts=facts))


# --- Payments ---


def test_a_payment_is_applied_to_its_invoice() -> None:
    add = write_payment(PAYMENT, choices=CHOICES, facts=FACTS)

    assert add == objects.ReceivePaymentAdd(
        customer_ref=Ref(list_id="CUST-1"),
        txn_date=MAY_3,
        ref_number="7781",
        total_amount=Decimal("97.43"),
        payment_method_ref=Ref(list_id="PM-2"),
        memo="Invoice 1042",
        deposit_to_account_ref=Ref(list_id="ACC-9"),
        external_guid="{7A1F8E0C-94B3-4C5E-8F00-1234567890AB}",
        applied_to_txn_add=(objects.AppliedToTxn(txn_id="INV-1", payment_amount=Decimal("97.43")),),
    )
    check_accepted(add)


def test_a_method_that_is_not_mapped_never_blocks() -> None:
    add = write_payment(replace(PAYMENT, method="ach"), choices=CHOICES)

    assert isinstance(add, objects.ReceivePaymentAdd)
    assert (add.payment_method_ref, add.deposit_to_account_ref) == (None, None)


def test_a_changed_payment_leaves_its_account_alone() -> None:
    mod = write_payment(replace(PAYMENT, reference=""), choices=CHOICES, known=KNOWN)

    assert isinstance(mod, objects.ReceivePaymentMod)
    assert mod.deposit_to_account_ref is None
    assert mod.ref_number == ""
    assert mod.applied_to_txn_mod[0].txn_id == "INV-1"
    check_accepted(mod)


@pytest.mark.parametrize(
    ("change", "facts", "field", "code"),
    [
        ({"invoice_txn_id": ""}, FACTS, "invoice", "invoice_not_in_quickbooks"),
        ({"amount": Decimal("0.00")}, FACTS, "amount", "no_amount"),
        ({"amount": Decimal("1.005")}, FACTS, "amount", "figure_too_large"),
        ({"reference": "x" * 21}, FACTS, "reference", "number_too_long"),
        ({"voided": True}, FACTS, "voided", "voided"),
        ({}, replace(FACTS, closing_date=MAY_3), "date", "closed_period"),
    ],
)
def test_a_payment_that_cannot_be_sent_says_why(
    change: dict[str, object], facts: CompanyFacts, field: str, code: str
) -> None:
    with refusal(code) as error:
        write_payment(replace(PAYMENT, **change), choices=CHOICES, facts=facts)  # type: ignore[arg-type]

    assert error.value.field == field
