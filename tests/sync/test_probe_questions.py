"""I3.8: the questions of the probe, and that the documentation says what each is for."""

import json
from datetime import date
from typing import Any

import pytest

from fieldledger.qbxml.reading import read_answers
from fieldledger.qbxml.writing import write_message_set
from fieldledger.sync.probe.asking import Found, Question, Run, Step, next_of, seen_of
from fieldledger.sync.probe.cleaning import Cleaned, clean, differences
from fieldledger.sync.probe.line import NO_SUCH_FILE
from fieldledger.sync.probe.report import ASKED_OF_QUICKBOOKS, QUESTIONS
from tests.support.shared import ROOT

RUN = Run(root="a/b", code="abcdef", today=date(2026, 5, 4))
HEAD = '<?xml version="1.0"?><QBXML>'


def with_seen(*seen: dict[str, Any]) -> Run:
    return Run(root=RUN.root, code=RUN.code, today=RUN.today, seen=seen)


def answered(step: Step, inside: str) -> dict[str, Any]:
    text = f"{HEAD}<QBXMLMsgsRs>{inside}</QBXMLMsgsRs></QBXML>"
    seen = seen_of(step, read_answers(text), length=len(text))
    return dict(json.loads(json.dumps(seen)))  # As the database gives it back.


def question(key: str) -> Question:
    return next(each for each in QUESTIONS if each.key == key)


def test_how_it_syncs_says_of_each_question_what_it_is_for_and_what_it_answers() -> None:
    page = (ROOT / "docs/how-it-syncs.md").read_text(encoding="utf-8")
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in page.splitlines()}

    for each in QUESTIONS:
        row = rows[each.asks]
        assert each.changes in row
        assert [key for key in each.keys if f"`{key}`" not in row] == []


def test_no_two_questions_give_the_same_answer() -> None:
    keys = [key for each in QUESTIONS for key in each.keys]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("asked", ASKED_OF_QUICKBOOKS, ids=lambda each: each.key)
def test_each_question_begins_with_a_step_that_can_be_written_or_with_why_not(
    asked: Question,
) -> None:
    first = next_of(asked, RUN)

    if isinstance(first, Found):
        assert set(first.answers) == set(asked.keys)
        return
    text = write_message_set(
        first.requests,
        new_message_set_id=first.new_id or None,
        old_message_set_id=first.old_id or None,
    )
    assert all(each.name in text and each.guid in text for each in first.makes)
    assert next_of(asked, RUN) == first  # The same, byte for byte, from the same.


@pytest.mark.parametrize("asked", ASKED_OF_QUICKBOOKS, ids=lambda each: each.key)
def test_a_quickbooks_that_refuses_everything_leaves_each_question_open_or_says_so(
    asked: Question,
) -> None:
    seen: list[dict[str, Any]] = []
    for _ in range(60):
        step = next_of(asked, with_seen(*seen))
        if isinstance(step, Found):
            break
        seen.append(seen_of(step, None, hresult="0x80040400"))

    assert isinstance(step, Found)
    assert set(step.answers) == set(asked.keys)
    assert step.words


def test_names_and_ids_fit_and_differ_from_attempt_to_attempt() -> None:
    other = Run(root="a/c", code="ghijkl", today=RUN.today)

    assert len(RUN.name("c1")) <= 31
    assert len(RUN.number("12")) <= 11
    assert len(RUN.set_id("x")) == 23
    assert RUN.set_id("x") != other.set_id("x")
    assert RUN.guid("x") != other.guid("x")


def test_an_answer_that_lacks_what_it_should_say_leaves_the_question_open() -> None:
    asked = question("unchanged_mod")
    first = next_of(asked, RUN)
    assert isinstance(first, Step)
    empty = "<CustomerRet><Name>x</Name></CustomerRet>"
    names = [each.request_id for each in first.requests]
    inside = "".join(
        f'<CustomerAddRs requestID="{each}" statusCode="0" statusSeverity="Info"'
        f' statusMessage="">{empty}</CustomerAddRs>'
        for each in names
    )

    found = next_of(asked, with_seen(answered(first, inside)))

    assert isinstance(found, Found)
    assert found.answers == {"unchanged_mod_bumps": None}
    assert "lacks" in found.words


def test_only_what_has_both_its_name_and_its_mark_is_deleted() -> None:
    _, made = RUN.customer("a")
    look = clean(RUN, [made])
    assert isinstance(look, Step)
    (request,) = look.requests
    somebodys = (
        f'<CustomerQueryRs requestID="{request.request_id}" statusCode="0" statusSeverity="Info"'
        f' statusMessage=""><CustomerRet><ListID>80000001-1</ListID><Name>{made.name}</Name>'
        "</CustomerRet></CustomerQueryRs>"
    )

    assert clean(with_seen(answered(look, somebodys)), [made]) == Cleaned(())


def test_a_look_that_was_not_answered_does_not_mean_that_nothing_is_there() -> None:
    _, made = RUN.customer("a")
    look = clean(RUN, [made])
    assert isinstance(look, Step)
    seen = [seen_of(look, None, hresult="0x80040400")]

    for _ in range(3):
        again = clean(with_seen(*seen), [made])
        assert isinstance(again, Step)
        seen.append(seen_of(again, None, hresult="0x80040400"))

    assert clean(with_seen(*seen), [made]) == Cleaned((made,))


def test_differences_are_said_in_words() -> None:
    before = {"customers": [3, "a"], "items": [2, "b"], "accounts": [9, "c"], "vendors": [1, "d"]}
    after = {"customers": [4, "x"], "items": [2, "y"], "accounts": [9, "c"]}

    assert differences(before, after) == [
        "customers: 3 before, 4 after",
        "items: as many as before, but not the same",
        "vendors: could not be counted again",
    ]


def test_the_file_that_is_not_there_is_a_path_of_windows() -> None:
    assert NO_SUCH_FILE.startswith("C:\\")
