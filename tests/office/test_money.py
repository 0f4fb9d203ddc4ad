from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.office.money import line_amount, tax_on, totals_of

rates = st.decimals("-9999999999.99999", "9999999999.99999", places=5)
cents = st.decimals("-99999999.99", "99999999.99", places=2)
percents = st.decimals("0", "100", places=5)
lines = st.lists(st.tuples(cents, st.booleans()), max_size=30)


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("1", "0.005", "0.01"),  # Half a cent goes up,
        ("1", "-0.005", "-0.01"),  # away from zero.
        ("3", "0.335", "1.01"),
        ("2.5", "128", "320.00"),
        ("0.33333", "0.33333", "0.11"),
        ("9999999999.99999", "1", "10000000000.00"),
        ("1", "-0.001", "0.00"),
    ],
)
def test_a_line_is_rounded_half_up_to_the_cent(quantity: str, price: str, amount: str) -> None:
    assert str(line_amount(Decimal(quantity), Decimal(price))) == amount


def test_tax_is_rounded_once_on_the_sum_and_not_line_by_line() -> None:
    three_lines = [(Decimal("0.33"), True)] * 3

    totals = totals_of(three_lines, Decimal("8.375"))

    assert totals.tax == Decimal("0.08")  # 0.99 x 8.375 %; each line alone would give 0.03.


def test_a_line_that_is_not_taxable_adds_no_tax() -> None:
    totals = totals_of([(Decimal(100), True), (Decimal(50), False)], Decimal("7.25"))

    assert (totals.subtotal, totals.tax, totals.total) == (
        Decimal("150.00"),
        Decimal("7.25"),
        Decimal("157.25"),
    )


def test_without_a_tax_rate_there_is_no_tax() -> None:
    assert totals_of([(Decimal("100.00"), True)], None).tax == 0


@given(rates, rates)
def test_a_line_is_at_most_half_a_cent_off(quantity: Decimal, price: Decimal) -> None:
    amount = line_amount(quantity, price)

    # In whole numbers: hundred-thousandths times hundred-thousandths against cents.
    exact = int(quantity.scaleb(5)) * int(price.scaleb(5))
    off = int(amount.scaleb(2)) * 10**8 - exact
    assert abs(off) * 2 <= 10**8
    assert off * exact >= 0 or abs(off) * 2 < 10**8  # At exactly half, away from zero.


@given(cents, percents)
def test_tax_agrees_with_plain_half_up(taxable: Decimal, percent: Decimal) -> None:
    plain = (taxable * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)

    assert tax_on(taxable, percent) == plain


@given(lines, st.one_of(st.none(), percents), st.randoms(use_true_random=False))
def test_totals_add_up_whatever_the_order(
    amounts: list[tuple[Decimal, bool]], percent: Decimal | None, random: object
) -> None:
    totals = totals_of(amounts, percent)
    shuffled = list(amounts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert totals.subtotal + totals.tax == totals.total
    assert totals.subtotal == sum(amount for amount, _ in amounts)
    assert totals_of(shuffled, percent) == totals
    assert all(
        each.as_tuple().exponent == -2 for each in (totals.subtotal, totals.tax, totals.total)
    )
