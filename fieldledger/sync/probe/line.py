"""Questions about the Web Connector itself: what it does when a call went wrong.

They take a session each, in which the call goes wrong on purpose. Nothing is asked of QuickBooks.
"""

from typing import Final

from fieldledger.sync.probe.asking import Found, Question

FAULT: Final = "fault"
NOT_OPENED: Final = "not_opened"
# There is no such file: QuickBooks cannot open it, and does not close the one that is open.
NO_SUCH_FILE: Final = "C:\\Fieldledger probe\\There is no such file.qbw"
FAULT_SENTENCE: Final = (
    "The probe answers with a fault on purpose, to see what the Web Connector does then. Nothing"
    " is wrong: press Update Selected again."
)

LINE: Final = (
    Question(
        key=FAULT,
        asks="Does the Web Connector end a session after a fault?",
        changes="How soon a broken session is known to be over.",
        keys=("closes_after_fault",),
    ),
    Question(
        key=NOT_OPENED,
        asks="Does the Web Connector end a session when QuickBooks could not be opened?",
        changes="How soon such a session is known to be over.",
        keys=("closes_after_connection_error",),
    ),
)


def closing(question: Question, *, is_closed: bool) -> Found:
    """Return what was found: whether closeConnection came."""
    after = "a fault" if question.key == FAULT else "QuickBooks could not be opened"
    (key,) = question.keys
    return Found(
        {key: is_closed},
        f"After {after} the Web Connector {'calls' if is_closed else 'does not call'}"
        " closeConnection.",
    )
