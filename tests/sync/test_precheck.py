"""J5.4: what is looked at before an invoice goes, in the same words for one and for many."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from fieldledger.sync.content import Choices, Kind, State
from fieldledger.sync.precheck import Asked, Group, Standing, Verdict, check, why_not
from tests.sync.mapping_examples import CHOICES, FACTS, INVOICE, LINE, MAY_3

STANDING = Standing(kind=Kind.INVOICE, state=State.NOT_SENT, date=MAY_3)
ASKED = Asked(standing=STANDING, content=INVOICE, tax_percent=Decimal("8.25"))
KNOWN_RATE = replace(CHOICES, tax_percents={"TAX-1": Decimal("8.25")})


def verdict(asked: Asked, choices: Choices = KNOWN_RATE, closing: dt.date | None = None) -> Verdict:
    return check(asked, choices=choices, facts=replace(FACTS, closing_date=closing))


def in_state(state: State, **more: object) -> Asked:
    standing = replace(STANDING, state=state, was_sent=state in {State.SYNCED, State.GONE})
    return replace(ASKED, standing=standing, **more)  # type: ignore[arg-type]


def test_j5_3_an_invoice_that_can_go_says_what_was_looked_at() -> None:
    found = verdict(ASKED, closing=dt.date(2026, 3, 31))

    assert (found.group, found.reason, found.warning) == (Group.READY, "", "")
    assert all(each.passed for each in found.checks)
    assert [(each.about, each.words) for each in found.checks] == [
        ("Client", "Anna Smith is in QuickBooks."),
        ("Items", "1 item in QuickBooks."),
        ("Tax", "7.43 there, 7.43 here."),
        ("Date", "After the closing date 2026-03-31."),
    ]


@pytest.mark.parametrize(
    ("asked", "group", "words"),
    [
        (in_state(State.PENDING), Group.ON_ITS_WAY, ""),
        (in_state(State.CHECKING), Group.ON_ITS_WAY, ""),
        (in_state(State.SYNCED), Group.THERE, "already in QuickBooks"),
        (in_state(State.SYNCED, unsent_payments=1), Group.READY, ""),
        (in_state(State.CHANGED), Group.READY, ""),
        (in_state(State.FAILED), Group.READY, ""),
        (in_state(State.HELD), Group.SET_ASIDE, "Release it"),
        (in_state(State.GONE), Group.SET_ASIDE, "Press Retry"),
        (replace(ASKED, standing=replace(STANDING, voided=True)), Group.VOID, "void"),
        (replace(ASKED, stuck="client “Anna Smith”"), Group.PARENT, "Its client “Anna Smith”"),
        (replace(ASKED, content=replace(INVOICE, number="")), Group.CORRECT, "no number"),
        (replace(ASKED, content=replace(INVOICE, tax_rate_guid=INVOICE.guid)), Group.MAPPING,
         "not matched"),
    ],
)  # fmt: skip
def test_j5_4_every_invoice_is_in_the_group_that_says_what_to_do(
    asked: Asked, group: Group, words: str
) -> None:
    found = verdict(asked)

    assert found.group == group
    assert words in found.reason
    assert bool(found.reason) == (group not in {Group.READY, Group.ON_ITS_WAY})


def test_j5_4_a_line_without_an_item_needs_the_mapping() -> None:
    bare = replace(LINE, item_list_id=None, item_name="")
    asked = replace(ASKED, content=replace(INVOICE, lines=(bare,)))

    found = verdict(asked, replace(KNOWN_RATE, fallback_item=None))

    assert (found.group, found.code) == (Group.MAPPING, "no_fallback_item")
    assert [each.about for each in found.checks if not each.passed] == ["Items"]


def test_n4_a_closed_date_is_said_before_quickbooks_refuses_it() -> None:
    closing = dt.date(2026, 5, 3)
    found = verdict(ASKED, closing=closing)

    assert (found.group, found.code) == (Group.CLOSED, "closed_period")
    assert found.reason == why_not(STANDING, closing)[1]
    assert "closed through 2026-05-03" in found.reason
    assert [each.about for each in found.checks if not each.passed] == ["Date"]
    assert verdict(ASKED, closing=dt.date(2026, 5, 2)).group == Group.READY
    # What is there is there, whatever was closed since.
    assert verdict(in_state(State.SYNCED), closing=closing).group == Group.THERE


def test_j5_9_another_total_is_said_before_sending() -> None:
    other = replace(CHOICES, tax_percents={"TAX-1": Decimal("8.26")})
    cent = replace(INVOICE, tax=Decimal("7.42"), total=Decimal("97.42"))

    by_rate = verdict(ASKED, other)
    by_cent = verdict(replace(ASKED, content=cent))

    assert by_rate.warning == ""  # 7.43 by either rate: nothing to say.
    assert by_cent.warning == (
        "Here 97.42, QuickBooks will make 97.43: it rounds the tax another way."
    )
    far = verdict(ASKED, replace(CHOICES, tax_percents={"TAX-1": Decimal("7.75")}))
    assert far.warning == (
        "Here 97.43, QuickBooks will make 96.98: its tax item has 7.75 %, the tax rate here 8.25 %."
    )
    assert far.group == Group.READY  # It may go all the same.


def test_tax_that_goes_as_a_line_is_not_called_missing_there() -> None:
    choices = replace(
        KNOWN_RATE,
        sales_tax_mode="tax_line",
        zero_tax_item="TAX-0",
        tax_line_item="ITEM-TAX",
        tax_percents={**KNOWN_RATE.tax_percents, "TAX-0": Decimal(0)},
    )

    found = verdict(ASKED, choices=choices)

    assert (found.group, found.warning) == (Group.READY, "")
    assert ("Tax", "7.43, as a line of its own.") in [
        (each.about, each.words) for each in found.checks
    ]
