"""Sales tax as QuickBooks computes it: the taxable lines times one rate, rounded once.

Nobody can send an amount of tax; QuickBooks takes the item's rate and the codes of the lines and
of the customer. Source: Onscreen Reference, "ItemSalesTaxRef", "SalesTaxCodeRef".
"""

from decimal import Decimal

from fieldledger.simulator.formats import price, rounded_cents
from fieldledger.simulator.state import Fields, State


def is_taxable(state: State, code_id: str | None) -> bool:
    """Whether a sales tax code means that tax is due."""
    if code_id is None:
        return False
    return bool(state.records[code_id].fields.get("IsTaxable") == "true")


def tax_rate(state: State, tax_item_id: str | None) -> Decimal:
    """Return the percentage of a tax item, or of a group of them together."""
    if tax_item_id is None:
        return Decimal(0)
    record = state.records[tax_item_id]
    if record.type == "ItemSalesTaxGroup":
        rates = (tax_rate(state, each) for each in record.fields.get("ItemSalesTaxRef", ()))
        return sum(rates, Decimal(0))
    return Decimal(record.fields["TaxRate"])


def sales_tax(
    state: State, lines: list[Fields], tax_item_id: str | None, customer_code_id: str | None
) -> tuple[str, int]:
    """Return the percentage and, in cents, the tax of an invoice; half a cent goes up."""
    if not state.preferences.sales_tax:
        return "0.00", 0
    rate = tax_rate(state, tax_item_id)
    if not is_taxable(state, customer_code_id):
        return price(str(rate)), 0
    taxable = sum(
        line["Amount"]
        for line in lines
        if line.get("Amount") is not None
        and not line.get("IsSubtotal")
        and is_taxable(state, line.get("SalesTaxCodeRef"))
    )
    return price(str(rate)), rounded_cents(Decimal(taxable) * rate / 10_000)
