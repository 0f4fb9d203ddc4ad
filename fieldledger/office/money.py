"""Invoice arithmetic, exact to the cent and pure: the order of lines never matters.

A line is rounded to cents by itself; tax is rounded once for the invoice, on the sum of the taxable
lines. Both go half up: away from zero where a number lies exactly between two cents.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MONEY_MAX = Decimal("9999999999999.99")  # qbXML 13.0 schema, AMTTYPE: 13 digits before the point.

# Wide enough that no product or sum of numbers the office takes is rounded on its way.
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What an invoice comes to; `total` is `subtotal` plus `tax`."""

    subtotal: Decimal
    tax: Decimal
    total: Decimal


def line_amount(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Return quantity times unit price in cents: 3 times 0.335 is 1.01."""
    return _to_cents(_EXACT.multiply(quantity, unit_price))


def tax_on(taxable: Decimal, percent: Decimal) -> Decimal:
    """Return the tax on the sum of an invoice's taxable lines, in cents."""
    return _to_cents(_EXACT.multiply(taxable, percent).scaleb(-2, _EXACT))


def totals_of(lines: Iterable[tuple[Decimal, bool]], percent: Decimal | None) -> Totals:
    """Return the totals of an invoice.

    `lines` are (amount, taxable); `percent` is None where the invoice has no tax rate.
    """
    subtotal = taxable_sum = ZERO
    for amount, taxable in lines:
        subtotal = _EXACT.add(subtotal, amount)
        if taxable:
            taxable_sum = _EXACT.add(taxable_sum, amount)
    tax = ZERO if percent is None else tax_on(taxable_sum, percent)
    return Totals(subtotal=subtotal, tax=tax, total=_EXACT.add(subtotal, tax))


def _to_cents(exact: Decimal) -> Decimal:
    # Adding zero turns -0.00 into 0.00.
    return _EXACT.add(exact.quantize(CENT, context=_EXACT), ZERO)
