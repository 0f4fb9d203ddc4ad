from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.office.fields import Wrong, choice, day, email, flag, number, text

money = number("The amount", places=2, least=Decimal("0.01"), most=Decimal("9999999999999.99"))
rate = number("The price", places=5, least=Decimal(-100), most=Decimal(100), required=False)


@pytest.mark.parametrize(
    ("given_value", "taken"),
    [
        ("125", "125.00"),
        ("125.5", "125.50"),
        (" 125.00 ", "125.00"),
        ("125.000", "125.00"),
        (Decimal("1E+2"), "100.00"),
        (7, "7.00"),
        (".5", "0.50"),
    ],
)
def test_money_is_read_with_two_decimals(given_value: object, taken: str) -> None:
    assert str(money(given_value)) == taken


@pytest.mark.parametrize(
    "given_value",
    [
        "1,250.00",
        "$5",
        "1e3",
        "12.345",
        "twelve",
        "NaN",
        "Infinity",
        "0",
        "-1",
        "١٢",
        "1" * 500,
        "99999999999999.99",
        12.5,
        True,
        [],
        Decimal("NaN"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        "",
        None,
    ],
)
def test_what_is_no_sum_of_money_is_refused_with_a_sentence(given_value: object) -> None:
    with pytest.raises(Wrong, match=r"^The amount .+\.$"):
        money(given_value)


def test_a_price_left_empty_is_zero_with_five_decimals_and_never_minus_zero() -> None:
    assert str(rate("")) == "0.00000"
    assert str(rate("-0")) == "0.00000"


@pytest.mark.parametrize("given_value", ["Ann\0", "a\x1b[31mb", "line\nbreak", "\ud800", "a\x85x"])
def test_a_control_character_is_refused_by_its_number(given_value: str) -> None:
    with pytest.raises(Wrong, match=r"control character \(U\+[0-9A-F]{4}\)"):
        text("The name", 255)(given_value)


def test_text_is_trimmed_and_composed_and_may_have_lines_where_that_makes_sense() -> None:
    assert text("The name", 255)("  Mu\u0308ller ") == "Müller"
    assert text("The memo", 255, lines=True)("one\r\ntwo\tthree\n") == "one\ntwo\tthree"
    assert text("The name", 255)(None) == ""


def test_text_that_is_too_long_or_missing_or_no_text_is_refused() -> None:
    with pytest.raises(Wrong, match=r"^The name has 256 characters; at most 255 fit\.$"):
        text("The name", 255)("x" * 256)
    with pytest.raises(Wrong, match=r"^The name is missing\.$"):
        text("The name", 255, required=True)(" \t ")
    with pytest.raises(Wrong, match="must be text"):
        text("The name", 255)(["Ann"])


@pytest.mark.parametrize(
    "address", ["ann@example.com", "o'brien+a@mail.example", "a@localhost", ""]
)
def test_an_email_address_is_taken(address: str) -> None:
    assert email("The e-mail address")(address) == address


@pytest.mark.parametrize(
    "address", ["ann", "a@b@c", "a b@c.d", "a@b.", "a@b;c@d", "<a@b.c>", "@b.c"]
)
def test_what_is_no_email_address_is_refused(address: str) -> None:
    with pytest.raises(Wrong, match="one e-mail address"):
        email("The e-mail address")(address)


def test_a_date_is_read() -> None:
    assert day("The date")("2026-05-03") == date(2026, 5, 3)
    assert day("The date")(date(2026, 5, 3)) == date(2026, 5, 3)
    assert day("The due date", required=False)("") is None


@pytest.mark.parametrize(
    "given_value",
    ["05/03/2026", "2026-02-30", "20260503", "2026-W10-1", "", None, 5, "1066-10-14", "9999-01-01",
     datetime(2026, 5, 3)],  # noqa: DTZ001 - any moment is no date.
)  # fmt: skip
def test_what_is_no_date_is_refused(given_value: object) -> None:
    with pytest.raises(Wrong, match=r"^The date .+\.$"):
        day("The date")(given_value)


def test_a_choice_and_a_flag_are_taken_exactly() -> None:
    assert choice("The kind", ["service", "product"])("product") == "product"
    assert flag("Taxable")(False) is False
    with pytest.raises(Wrong, match="must be one of: service, product"):
        choice("The kind", ["service", "product"])("Service")
    with pytest.raises(Wrong, match="must be true or false"):
        flag("Taxable")("yes")


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.decimals(),
                     st.lists(st.integers()), st.dates(), st.datetimes())  # fmt: skip


@given(anything)
def test_a_reader_takes_or_refuses_and_never_breaks(value: object) -> None:
    readers = [
        money,
        rate,
        text("The name", 20, required=True),
        text("The memo", 20, lines=True),
        email("The e-mail address"),
        day("The date"),
        flag("Taxable"),
        choice("The kind", ["service"]),
    ]
    for reader in readers:
        with suppress(Wrong):
            reader(value)
