"""Every state and every error in plain words: what happened, who moves next, what to click."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.qbxml.hresults import HRESULTS
from fieldledger.qbxml.statuses import STATUSES, Actor
from fieldledger.sync.content import State
from fieldledger.sync.words import (
    ACTOR_WORDS,
    OWN_WORDS,
    STATE_WORDS,
    Explanation,
    explain,
    explain_hresult,
    explain_state,
)
from fieldledger.sync.words_quickbooks import HRESULT_WORDS, STATUS_WORDS

EVERYTHING: list[str | int | State] = [*STATUSES, *HRESULTS, *OWN_WORDS, *State]
# Words of programmers, which an office has no use for.
JARGON = re.compile(
    r"\b(hresult|qbXML|EditSequence|ListID|TxnID|null|exception|request|payload|parse|schema|"
    r"session ticket|API|invalid|XML|status code)\b",
    re.IGNORECASE,
)


def explained(code: str | int | State, **facts: str) -> Explanation:
    return explain_state(code, **facts) if isinstance(code, State) else explain(code, **facts)


@pytest.mark.parametrize("code", EVERYTHING, ids=str)
def test_every_code_and_state_is_said_in_plain_words(code: str | int | State) -> None:
    for facts in ({}, {"name": "invoice 1042", "number": "INV-2026-0001"}):
        explanation = explained(code, **facts)
        for text in (explanation.title, explanation.sentence, *explanation.steps):
            assert text
            assert not JARGON.search(text), text
            assert "{" not in text
            assert "  " not in text
        assert explanation.sentence.endswith(".")
        assert all(step.endswith((".", ":")) for step in explanation.steps)
        assert not explanation.title.endswith(".")
        assert len(explanation.title) <= 45


@pytest.mark.parametrize("code", EVERYTHING, ids=str)
def test_whoever_has_to_move_is_told_what_to_click(code: str | int | State) -> None:
    explanation = explained(code)

    if explanation.actor not in {Actor.SYSTEM, Actor.NOBODY}:
        assert explanation.steps


def test_no_meaning_that_is_known_is_left_to_general_words() -> None:
    assert set(HRESULTS) <= set(HRESULT_WORDS)
    for code in (3100, 3120, 3140, 3170, 3171, 3180, 3200, 3231, 3250, 3260, 570, 1000):
        assert code in STATUS_WORDS


def test_every_state_has_a_name_and_every_actor_a_word() -> None:
    assert set(STATE_WORDS) == set(State)
    assert set(ACTOR_WORDS) == set(Actor)
    titles = [words.title for words in STATE_WORDS.values()]
    assert len(set(titles)) == len(titles)


def test_quickbooks_own_words_are_quoted() -> None:
    said = 'The name "Anna" of the list\nelement is already in use.'

    assert explain(3100, said=said, name="the client “Anna”") == Explanation(
        "This name is taken",
        "The name of the client “Anna” is taken in QuickBooks by another customer, vendor, "
        'employee or item, perhaps an inactive one. QuickBooks says: “The name "Anna" of the '
        "list element is already in use.”",
        Actor.OFFICE,
        (
            (
                "Open the entry in the sync log: it shows whose name it is, and lets you give ours "
                "another one, link the two, or merge two clients."
            ),
            (
                "To have it done by itself, switch on “Resolve future conflicts” in the settings: "
                "ours then goes under a name such as “John Smith – 2”. Then press Retry."
            ),
        ),
    )


def test_a_very_long_text_of_quickbooks_is_cut() -> None:
    assert len(explain(3180, said="x" * 5000).sentence) < 700


def test_what_is_said_of_many_at_once_reads_well_without_their_facts() -> None:
    assert explain("number_too_long").sentence == (
        "The number of this record is too long: QuickBooks takes at most 11 characters in the "
        "number of an invoice, and 20 in the reference of a payment."
    )
    for code, start in {
        "no_fallback_item": "A line of this record names no item",
        "item_not_in_quickbooks": "An item of this record is not in QuickBooks yet.",
    }.items():
        assert explain(code).sentence.startswith(start)


def test_facts_are_filled_in() -> None:
    explanation = explain_state(
        State.WAITING, name="invoice 1042", waiting_for="the client Anna Smith"
    )

    assert explanation.sentence == (
        "Invoice 1042 waits for the client Anna Smith, which is not in QuickBooks yet."
    )
    assert (
        explain("closed_period", date="2026-03-28", closing_date="2026-03-31").sentence
        == "2026-03-28 is on or before the closing date in QuickBooks, 2026-03-31."
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("0x8004040a", "0X8004040A"), ("0x80040408", "-2147220472"), ("3100", 3100)],
)
def test_a_code_may_be_written_in_several_ways(one: str | int, other: str | int) -> None:
    assert explain(one) == explain(other)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("0x80049999", "The Web Connector reports a problem"),
        ("RPC_E_DISCONNECTED", "QuickBooks stopped"),
        ("no_such_code", "It could not be sent"),
        (7777, "QuickBooks refused it"),
        (2500, "Not available in this QuickBooks"),
        (1999, "QuickBooks had an internal error"),
        (777, "Taken, with a remark"),
        (9150, "QuickBooks did not accept a value"),
    ],
)
def test_an_unknown_code_gets_the_words_of_its_family(code: str | int, title: str) -> None:
    assert explain(code).title == title


@pytest.mark.parametrize("hresult", ["", "E_FAIL", "0x80049999", "what?"])
def test_whatever_the_web_connector_reports_has_words(hresult: str) -> None:
    explanation = explain_hresult(hresult, said="Could not start QuickBooks.")

    assert explanation.sentence == (
        "The Web Connector could not work with QuickBooks. QuickBooks says: “Could not start "
        "QuickBooks.”"
    )


@given(
    st.one_of(st.integers(), st.text(max_size=12), st.sampled_from(sorted(OWN_WORDS))),
    st.text(max_size=40),
    st.text(max_size=40),
)
def test_nothing_that_comes_back_is_left_without_words(
    code: str | int, said: str, name: str
) -> None:
    explanation = explain(code, said=said, name=name)

    assert explanation.title
    assert explanation.sentence
