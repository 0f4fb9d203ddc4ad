"""The probe's report: what was found, in words and as JSON; nothing of the business is in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from fieldledger.sync.probe.asking import Question
from fieldledger.sync.probe.line import LINE
from fieldledger.sync.probe.message_sets import MESSAGE_SETS
from fieldledger.sync.probe.records import RECORDS
from fieldledger.sync.probe.transactions import TRANSACTIONS

VERSION: Final = 1
# In the order in which they are asked. Deletions before anything of the probe's own is deleted.
ASKED_OF_QUICKBOOKS: Final[tuple[Question, ...]] = (*MESSAGE_SETS, *RECORDS, *TRANSACTIONS)
QUESTIONS: Final[tuple[Question, ...]] = (*ASKED_OF_QUICKBOOKS, *LINE)


def answers_of(findings: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the answers of all questions so far, by their keys; None where one stays open."""
    found: dict[str, Any] = {}
    for question in QUESTIONS:
        found |= findings.get(question.key, {}).get("answers", {})
    return found


def report(
    *,
    findings: Mapping[str, Mapping[str, Any]],
    quickbooks: Mapping[str, str],
    at: datetime,
    left_as_found: bool | None,
    left: Sequence[str],
    differs: Sequence[str],
) -> dict[str, Any]:
    """Return the report as plain values.

    `findings` has {"answers", "words"} by question; `quickbooks` names the product and its
    version; `left` are the names of records of the probe's own that are still there.
    """
    return {
        "fieldledger_probe": VERSION,
        "at": at.isoformat(timespec="seconds"),
        "quickbooks": dict(quickbooks),
        "company": {
            "left_as_found": left_as_found,
            "left_behind": list(left),
            "differences": list(differs),
        },
        "findings": [
            {
                "question": each.key,
                "asks": each.asks,
                "found": findings[each.key]["words"],
                "answers": dict(findings[each.key]["answers"]),
            }
            for each in QUESTIONS
            if each.key in findings
        ],
        "what_quickbooks_keeps": answers_of(findings),
    }
