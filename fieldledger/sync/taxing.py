"""Sales tax on an invoice as QuickBooks will have it: who computes it, and what it comes to.

QuickBooks takes no amount of tax; it computes one from the rate of the sales tax item (Onscreen
Reference, ItemSalesTaxRef). Where that must not decide, the tax goes as a line of its own beside
a tax item of 0 %, or a line for the difference balances it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fieldledger.qbxml.objects import InvoiceAdd, InvoiceLineAdd, InvoiceLineMod, InvoiceMod, Ref
from fieldledger.sync.content import Choices, CompanyFacts, InvoiceContent
from fieldledger.sync.naming import CannotBeSent, shorten

_CENT: Final = Decimal("0.01")
_ZERO: Final = Decimal("0.00")
# Wide enough that no product or sum of figures that qbXML takes is rounded on its way.
_EXACT: Final = Context(prec=80, rounding=ROUND_HALF_UP)


class TaxMode(StrEnum):
    """Who says what the tax of an invoice is; the values are the API's."""

    QUICKBOOKS = "quickbooks"  # It computes, from the tax item's rate.
    TAX_LINE = "tax_line"  # We: a line with our amount, beside a tax item of 0 %.
    ROUNDING_LINE = "rounding_line"  # QuickBooks; a line takes up what is left between us.


# What each choice does to QuickBooks' own report on sales tax: it adds up tax items, not lines.
REPORT_EFFECT: Final[Mapping[str, str]] = MappingProxyType(
    {
        TaxMode.QUICKBOOKS: "QuickBooks’ sales tax report shows the tax that QuickBooks computed.",
        TaxMode.TAX_LINE: (
            "QuickBooks’ sales tax report shows the taxable sales with 0.00 tax: the tax itself"
            " stands in the account of the item that you choose for it."
        ),
        TaxMode.ROUNDING_LINE: (
            "QuickBooks’ sales tax report shows the tax that QuickBooks computed; the difference"
            " stands in the account of the rounding item, outside that report."
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What QuickBooks will make of an invoice; `total` is `subtotal` plus `tax`.

    `percent` is the rate by which it computes the tax, 0 where it computes none.
    """

    subtotal: Decimal
    tax: Decimal
    total: Decimal
    percent: Decimal


def tax_code(taxable: bool, facts: CompanyFacts) -> Ref | None:
    """Return the sales tax code of a line, customer or item; None where sales tax is off."""
    code = facts.taxable_code if taxable else facts.non_taxable_code
    return Ref(list_id=code) if facts.sales_tax_on and code else None


def is_taxed(content: InvoiceContent, choices: Choices, facts: CompanyFacts) -> bool:
    """Return whether the invoice is taxable in QuickBooks, or raise why it cannot be.

    :raises CannotBeSent: with one of the codes of words.OWN_WORDS.
    """
    on_a_line = choices.sales_tax_mode == TaxMode.TAX_LINE
    if not facts.sales_tax_on:
        if content.tax and not on_a_line:
            raise CannotBeSent(
                "tax",
                f"Invoice {content.number} has sales tax, and sales tax is switched off in "
                "QuickBooks.",
                "sales_tax_off",
            )
        return False
    if facts.taxable_code is None or facts.non_taxable_code is None:
        raise CannotBeSent(
            "tax",
            "QuickBooks' sales tax codes have not been read yet, so it is not known how to mark a "
            "line as taxable or not.",
            "tax_codes_unknown",
        )
    if content.tax_rate_guid is None or not any(line.taxable for line in content.lines):
        return False
    if on_a_line:
        if choices.zero_tax_item is None:
            raise CannotBeSent(
                "tax",
                "The tax is to go as a line of its own, and no tax item of 0 % is chosen for it in "
                "the mapping.",
                "no_zero_tax_item",
            )
        return True
    if content.tax_rate_guid not in choices.tax_items:
        raise CannotBeSent(
            "tax_rate",
            f"The tax rate “{content.tax_rate_name}” is not matched to a sales tax item in "
            "QuickBooks.",
            "tax_not_mapped",
        )
    return True


def tax_item_of(content: InvoiceContent, choices: Choices) -> Ref | None:
    """Return the tax item by which QuickBooks is to compute the tax of a taxed invoice."""
    if choices.sales_tax_mode == TaxMode.TAX_LINE:
        list_id = choices.zero_tax_item
    elif content.tax_rate_guid is None:
        return None
    else:
        list_id = choices.tax_items.get(content.tax_rate_guid)
    return Ref(list_id=list_id) if list_id else None


def with_own_lines(
    add: InvoiceAdd,
    content: InvoiceContent,
    *,
    choices: Choices,
    facts: CompanyFacts,
) -> InvoiceAdd:
    """Return the invoice with the lines that its tax needs, if it needs any.

    :raises CannotBeSent: if the item for such a line is not chosen.
    """
    if choices.sales_tax_mode == TaxMode.TAX_LINE and content.tax:
        item = choices.tax_line_item
        if item is None:
            raise CannotBeSent(
                "tax",
                "The tax is to go as a line of its own, and no item is chosen for it in the "
                "mapping.",
                "no_tax_line_item",
            )
        text = shorten(f"Sales tax {content.tax_rate_name}".strip(), 100)
        add = _and_line(add, item, text, content.tax, facts)
    if choices.sales_tax_mode != TaxMode.ROUNDING_LINE:
        return add
    predicted = predict(add, choices=choices, facts=facts)
    difference = content.total - predicted.total if predicted is not None else None
    if not difference:
        return add
    if choices.rounding_item is None:
        raise CannotBeSent(
            "tax",
            "A line is to balance the totals, and no item is chosen for it in the mapping.",
            "no_rounding_item",
        )
    return _and_line(add, choices.rounding_item, "Rounding", difference, facts)


def _and_line(
    add: InvoiceAdd, item: str, text: str, amount: Decimal, facts: CompanyFacts
) -> InvoiceAdd:
    line = InvoiceLineAdd(
        item_ref=Ref(list_id=item),
        desc=text,
        amount=amount,
        sales_tax_code_ref=tax_code(False, facts),
    )
    return replace(add, invoice_line_add=(*add.invoice_line_add, line))


def predict(
    sent: InvoiceAdd | InvoiceMod, *, choices: Choices, facts: CompanyFacts
) -> Predicted | None:
    """Return what QuickBooks will make of a request; None where its tax item's rate is unknown.

    Each line is quantity times rate, half up to cents, or the amount it names; the tax is the
    item's rate on the sum of the taxable lines, rounded once (Onscreen Reference, ItemSalesTaxRef;
    rounding as in recorded InvoiceRets).
    """
    lines = sent.invoice_line_add if isinstance(sent, InvoiceAdd) else sent.invoice_line_mod
    subtotal = taxable = _ZERO
    for line in lines:
        amount = _amount(line)
        subtotal = _EXACT.add(subtotal, amount)
        if facts.sales_tax_on and _is(line.sales_tax_code_ref, facts.taxable_code):
            taxable = _EXACT.add(taxable, amount)
    percent: Decimal | None = Decimal(0)
    if _is(sent.customer_sales_tax_code_ref, facts.taxable_code) and sent.item_sales_tax_ref:
        percent = choices.tax_percents.get(sent.item_sales_tax_ref.list_id or "")
    if percent is None:
        return None
    tax = _cents(_EXACT.multiply(taxable, percent).scaleb(-2, _EXACT))
    return Predicted(subtotal=subtotal, tax=tax, total=_EXACT.add(subtotal, tax), percent=percent)


def _amount(line: InvoiceLineAdd | InvoiceLineMod) -> Decimal:
    if line.amount is not None:
        return line.amount
    if line.item_ref is None or line.rate is None:
        return _ZERO
    quantity = Decimal(1) if line.quantity is None else line.quantity
    return _cents(_EXACT.multiply(quantity, line.rate))


def _is(ref: Ref | None, list_id: str | None) -> bool:
    return ref is not None and ref.list_id is not None and ref.list_id == list_id


def _cents(exact: Decimal) -> Decimal:
    return _EXACT.add(exact.quantize(_CENT, context=_EXACT), _ZERO)
