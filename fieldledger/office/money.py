"""Invoice arithmetic, exact to the cent and pure: the order of lines never matters.

A line is rounded to cents by itself; a discount comes off before tax, from taxable lines and others
in proportion; tax is rounded once for the invoice, on what is left of the taxable lines. All go
half up: away from zero where a number lies exactly between two cents. Tips and fees are extras: no
discount comes off them, and tax is on those that are taxable.
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
    """What an invoice comes to; `total` is `subtotal` plus `tax`.

    `subtotal` is what the lines come to less `discount`, which is never below zero, and `extras`,
    the tips and fees.
    """

    subtotal: Decimal
    tax: Decimal
    total: Decimal
    discount: Decimal = ZERO
    extras: Decimal = ZERO

    @property
    def lines(self) -> Decimal:
        """What the lines of the work come to before the discount."""
        return _EXACT.add(self.work, self.discount)

    @property
    def work(self) -> Decimal:
        """What the work comes to after the discount, before tips, fees and tax."""
        return _EXACT.subtract(self.subtotal, self.extras)


def line_amount(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Return quantity times unit price in cents: 3 times 0.335 is 1.01."""
    return _to_cents(_EXACT.multiply(quantity, unit_price))


def tax_on(taxable: Decimal, percent: Decimal) -> Decimal:
    """Return the tax on the sum of an invoice's taxable lines, in cents."""
    return _to_cents(_EXACT.multiply(taxable, percent).scaleb(-2, _EXACT))


def totals_of(
    lines: Iterable[tuple[Decimal, bool]],
    percent: Decimal | None,
    *,
    discount: Decimal = ZERO,
    discount_percent: Decimal | None = None,
    extras: Iterable[tuple[Decimal, bool]] = (),
) -> Totals:
    """Return the totals of an invoice.

    `lines` and `extras` are (amount, taxable); `percent` is None where the invoice has no tax
    rate. A `discount_percent` is of what the `lines` come to, and decides where it is given.
    """
    gross, taxable = _sums(lines)
    if discount_percent is not None:
        discount = max(ZERO, _to_cents(_EXACT.multiply(gross, discount_percent).scaleb(-2, _EXACT)))
    off_taxable = _taxable_share(gross, taxable, discount)
    extra, extra_taxable = _sums(extras)
    subtotal = _EXACT.add(_EXACT.subtract(gross, discount), extra)
    taxed = _EXACT.add(_EXACT.subtract(taxable, off_taxable), extra_taxable)
    tax = ZERO if percent is None else tax_on(taxed, percent)
    return Totals(
        subtotal=subtotal,
        tax=tax,
        total=_EXACT.add(subtotal, tax),
        discount=discount,
        extras=extra,
    )


def split_discount(
    lines: Iterable[tuple[Decimal, bool]], discount: Decimal
) -> tuple[Decimal, Decimal]:
    """Return what of a discount comes off the taxable lines, and what off the others.

    `lines` are (amount, taxable). The two are never below zero, and together they are `discount`.
    """
    gross, taxable = _sums(lines)
    off_taxable = _taxable_share(gross, taxable, discount)
    return off_taxable, _EXACT.subtract(discount, off_taxable)


def _sums(lines: Iterable[tuple[Decimal, bool]]) -> tuple[Decimal, Decimal]:
    """Return what all lines come to, and what the taxable ones do."""
    gross = taxable_sum = ZERO
    for amount, taxable in lines:
        gross = _EXACT.add(gross, amount)
        if taxable:
            taxable_sum = _EXACT.add(taxable_sum, amount)
    return gross, taxable_sum


def _taxable_share(gross: Decimal, taxable: Decimal, discount: Decimal) -> Decimal:
    if not discount or gross <= 0:
        return ZERO
    share = _to_cents(_EXACT.divide(_EXACT.multiply(discount, taxable), gross))
    return min(max(share, ZERO), discount)  # Where the others, or these, come to less than nothing.


def _to_cents(exact: Decimal) -> Decimal:
    # Adding zero turns -0.00 into 0.00.
    return _EXACT.add(exact.quantize(CENT, context=_EXACT), ZERO)
