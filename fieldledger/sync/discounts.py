"""A discount on an invoice as QuickBooks takes it: lines with a discount item, below all others.

A line has one tax code, so a discount that comes off taxable lines and others goes as two: with
that, QuickBooks computes its tax on what is left (Onscreen Reference, SalesTaxCodeRef). Each names
its amount; a percentage would be of the line above it alone, and a discount line may have no
quantity (Onscreen Reference, ItemDiscount).
"""

from decimal import Decimal
from typing import Final

from fieldledger.qbxml.objects import InvoiceLineAdd, Ref
from fieldledger.sync.content import Choices, CompanyFacts, InvoiceContent
from fieldledger.sync.naming import CannotBeSent
from fieldledger.sync.taxing import tax_code

_ZERO: Final = Decimal("0.00")


def discount_lines(
    content: InvoiceContent, *, choices: Choices, facts: CompanyFacts, taxed: bool
) -> tuple[InvoiceLineAdd, ...]:
    """Return the lines of the invoice's discount; none where it has none.

    :raises CannotBeSent: if no discount item is chosen.
    """
    off_taxed, off_others = content.discount_taxable, content.discount_other
    if not (off_taxed or off_others):
        return ()
    if choices.discount_item is None:
        raise CannotBeSent(
            "discount",
            f"Invoice {content.number} has a discount, and no discount item is chosen for it in "
            "the mapping.",
            "no_discount_item",
        )
    if not taxed:
        off_taxed, off_others = _ZERO, off_taxed + off_others
    return tuple(
        InvoiceLineAdd(
            item_ref=Ref(list_id=choices.discount_item),
            desc=_text(content),
            amount=-amount,
            sales_tax_code_ref=tax_code(is_taxed, facts),
        )
        for amount, is_taxed in ((off_taxed, True), (off_others, False))
        if amount
    )


def _text(content: InvoiceContent) -> str:
    percent = content.discount_percent
    return "Discount" if percent is None else f"Discount {percent.normalize():f} %"
