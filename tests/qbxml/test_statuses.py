"""What codes mean: every row has its source, and no code is without a meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.qbxml import hresults, statuses
from fieldledger.qbxml.statuses import REPEATED, STATUSES, Actor, severity_of

KNOWN = (
    *(0, 1, 500, 501, 510, 530, 531, 550, 560, 570, 600, 1000, 1010, 1030, 1060),
    *(3000, 3010, 3020, 3030, 3031, 3035, 3040, 3045, 3050, 3060, 3065, 3070, 3080, 3085, 3090),
    *(3100, 3110, 3120, 3130, 3140, 3150, 3151, 3160, 3161, 3162, 3170, 3171, 3175, 3176, 3177),
    *(3180, 3185, 3190, 3200, 3205, 3210, 3220, 3230, 3231, 3240, 3250, 3260, 3261, 3262, 3263),
    *(3264, 3270, 3280, 3290, 3300, 3351, 3390, 3500, 9001, 9002, 9004, 9005),
)


def test_the_known_codes_have_rows() -> None:
    assert tuple(STATUSES) == KNOWN


@pytest.mark.parametrize("code", KNOWN)
def test_every_row_says_where_its_meaning_was_found(code: int) -> None:
    row = STATUSES[code]

    assert statuses.meaning_of(code) is row
    assert row.source
    assert row.name.isidentifier()
    assert row.meaning.endswith(".")
    assert row.certain == (row.source != REPEATED)


@pytest.mark.parametrize(
    ("code", "actor", "retry"),
    [
        (0, Actor.NOBODY, False),
        (600, Actor.SYSTEM, True),
        (1000, Actor.QUICKBOOKS_PC, True),
        (3100, Actor.OFFICE, False),
        (3120, Actor.SYSTEM, False),
        (3171, Actor.BOOKKEEPER, False),
        (3175, Actor.QUICKBOOKS_PC, True),
        (3200, Actor.SYSTEM, True),
        (3231, Actor.SYSTEM, True),
        (3261, Actor.QUICKBOOKS_ADMIN, False),
        (9001, Actor.US, False),
    ],
)
def test_whose_move_is_next(code: int, actor: Actor, retry: bool) -> None:
    row = statuses.meaning_of(code)

    assert (row.actor, row.retry) == (actor, retry)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (-1, "unknown"),
        (7, "notice"),
        (999, "warning"),
        (1001, "general_error"),
        (2000, "not_supported"),
        (3099, "not_readable"),
        (3999, "refused"),
        (9003, "recovery_failed"),
        (9150, "macro_invalid"),
        (10_000, "unknown"),
    ],
)
def test_a_code_without_a_row_means_what_its_range_says(code: int, name: str) -> None:
    row = statuses.meaning_of(code)

    assert (row.code, row.name, row.retry, row.certain) == (code, name, False, False)
    assert row.source


@given(st.integers())
def test_every_number_means_something(code: int) -> None:
    assert statuses.meaning_of(code).code == code
    assert statuses.meaning_of(code).meaning


def test_severity_follows_the_range() -> None:
    assert [severity_of(code) for code in (0, 499, 500, 999, 1000, 3200, -1)] == [
        "Info",
        "Info",
        "Warn",
        "Warn",
        "Error",
        "Error",
        "Error",
    ]


@pytest.mark.parametrize("code", sorted(hresults.HRESULTS))
def test_every_hresult_says_where_its_meaning_was_found(code: str) -> None:
    row = hresults.HRESULTS[code]

    assert row.code == code == hresults.normal_form(code)
    assert row.source
    assert row.meaning.endswith(".")


@pytest.mark.parametrize(
    "hresult", ["0x80040408", "0X80040408", "80040408", " 0x80040408 ", "-2147220472"]
)
def test_an_hresult_is_known_in_every_form(hresult: str) -> None:
    row = hresults.meaning_of(hresult)

    assert (row.code, row.name, row.retry) == ("0x80040408", "not_started", True)


def test_an_hresult_in_small_letters_is_known() -> None:
    assert hresults.meaning_of("0x8004041d").name == "no_automatic_login"
    assert hresults.meaning_of("0x8004041d").actor is Actor.QUICKBOOKS_ADMIN


@pytest.mark.parametrize("hresult", ["", "0x8004FFFF", "-1", "80040408", "-9999999999", "x" * 99])
def test_every_text_means_something(hresult: str) -> None:
    row = hresults.meaning_of(hresult)

    assert row.meaning
    assert row.source
    if row.code not in hresults.HRESULTS:
        assert (row.name, row.retry, row.certain) == ("unknown", True, False)
