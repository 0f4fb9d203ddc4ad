"""What one answer of QuickBooks means for the record it is about.

The rule is what came back, not the code alone: a warning with a record in it took the record, and
"no error" without a record proves nothing. A code nobody knows is a refusal, with QuickBooks' own
words kept. Codes, ranges and their sources: qbxml.statuses (500 to 999 are warnings; the object
may have been saved all the same).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fieldledger.qbxml.hresults import normal_form
from fieldledger.qbxml.reading import Answer, Record, Recovery
from fieldledger.qbxml.statuses import Actor
from fieldledger.sync.words import explain, explain_hresult


class Operation(StrEnum):
    """What was asked of QuickBooks for the record."""

    ADD = "add"
    MOD = "mod"
    VOID = "void"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """QuickBooks did it. What the answer did not say is "" or None.

    `type` is the record's name in the answer ("CustomerRet"). Where QuickBooks gave only the ids,
    as a stored answer does, the totals are not known and must be read. `total` is an
    invoice's subtotal with tax, or what a payment came to; `unused` is the part of a payment that
    was applied to nothing. `warning` is QuickBooks' own text where it took the record with a
    remark, and `code` that remark's status.
    """

    quickbooks_id: str
    edit_sequence: str = ""
    type: str = ""
    name: str = ""
    full_name: str = ""
    ref_number: str = ""
    external_guid: str = ""
    line_ids: tuple[str, ...] = ()
    two_sided: bool = False
    subtotal: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    balance: Decimal | None = None
    unused: Decimal | None = None
    code: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """QuickBooks said no; sending it again changes nothing until somebody moves."""

    code: str
    sentence: str
    actor: Actor
    said: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Something was open, locked or busy; the same request may pass next time."""

    code: str
    sentence: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Another record has the name (3100), of whatever type, an inactive one perhaps."""

    code: str
    sentence: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class StaleEdit:
    """The record changed in QuickBooks since we read it (3200): read it again, then change it."""

    code: str
    sentence: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """The record itself is not in QuickBooks any more."""

    code: str
    sentence: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class NotRun:
    """QuickBooks skipped or undid it because of another one in the set: send it again."""

    code: str
    sentence: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer proves neither that it was done nor that it was not: look before sending."""

    code: str
    sentence: str
    said: str = ""


Outcome = Taken | Refused | RetryLater | NameTaken | StaleEdit | Gone | NotRun | Unknown


class Verdict(StrEnum):
    """What an hresult in place of an answer says about the message set."""

    DOCUMENT_REFUSED = "document_refused"  # None of it ran: one request is in the way. Halve it.
    VERSION_REFUSED = "version_refused"  # None of it ran, and no smaller set will either.
    IN_DOUBT = "in_doubt"  # It may have run. Ask QuickBooks before anything is sent again.


@dataclass(frozen=True, slots=True)
class HresultOutcome:
    """A verdict, and the words for it."""

    verdict: Verdict
    code: str
    sentence: str
    actor: Actor
    said: str = ""


NAME_TAKEN: Final = 3100
STALE_EDIT: Final = 3200
NOT_FOUND: Final = frozenset({500, 3120})
REPLACED: Final = frozenset({3000, 3240})  # The id is none, or is another object's by now.
BUSY: Final = frozenset({1000, 1010, 3170, 3175, 3176})
COULD_NOT_SAVE: Final = 3180
SKIPPED: Final = frozenset({3230, 3231})
# Texts of a lock in QuickBooks' words to 3180; consolibyte tries again on the same four.
LOCK_TEXTS: Final = (
    "modified by another user",
    "could not be locked",
    "failed to acquire the lock",
    "element is in use",
)
# ListIDs and TxnIDs look like 80000003-1446676743 and 1CAB66-1784735262, and stand in quotes.
_QUOTED_ID: Final = re.compile(r"[\"“']([0-9A-Fa-f]+-[0-9]+)[\"”']")
_NOTHING_RAN: Final[Mapping[str, Verdict]] = {
    "0x80040400": Verdict.DOCUMENT_REFUSED,  # It could not be parsed.
    "0x80040423": Verdict.VERSION_REFUSED,  # Its version is not known.
}


def judge(
    answer: Answer, *, operation: Operation | str, quickbooks_id: str = "", name: str = ""
) -> Outcome:
    """Return what `answer` means for the record that `operation` was about.

    `name` is what the sentence calls it ("invoice 1042", "the client “Anna Smith”").

    `quickbooks_id` is the id that was changed, voided or deleted: an id "cannot be found" (3120)
    may be that of the record itself, or of one it refers to.
    """
    operation = Operation(operation)
    code = answer.status.code
    said = answer.status.message
    if code < 1000:
        taken = _taken(answer, operation, quickbooks_id)
        if taken is not None:
            return taken
    sentence = explain(code, said=said, name=name).sentence
    text = str(code)
    if code == NAME_TAKEN:
        return NameTaken(text, sentence, said)
    if code == STALE_EDIT:
        return StaleEdit(text, sentence, said)
    if code in SKIPPED:
        return NotRun(text, sentence, said)
    if code in BUSY or (code == COULD_NOT_SAVE and _is_lock(said)):
        return RetryLater(text, sentence, said)
    if operation is not Operation.ADD and _is_itself(code, said, quickbooks_id):
        if operation is Operation.DELETE:  # Somebody was quicker; it is as it should be.
            return Taken(quickbooks_id=quickbooks_id, code=text, warning=said)
        return Gone(text, sentence, said)
    if code < 500:
        sentence = explain("no_answer", said=said, name=name).sentence
        return Unknown(text, sentence, said)
    if code < 1000 and operation is Operation.ADD and code not in NOT_FOUND:
        return Unknown(text, sentence, said)
    explanation = explain(code, said=said, name=name)
    return Refused(text, explanation.sentence, explanation.actor, said)


def judge_hresult(hresult: str, message: str = "") -> HresultOutcome:
    """Return what an hresult, come in place of an answer, says about the message set.

    Only two prove that nothing ran: QuickBooks could not parse the document, or does not know its
    version. Every other one may have come after some or all of it was done.

    The meaning of each code is in qbxml.hresults. That a document which cannot be parsed does
    nothing was seen by flowlink; of the others nobody says so.
    """
    explanation = explain_hresult(hresult, said=message)
    code = normal_form(hresult) or hresult.strip()
    verdict = _NOTHING_RAN.get(code, Verdict.IN_DOUBT)
    return HresultOutcome(verdict, code, explanation.sentence, explanation.actor, message)


def read_taken(record: Record) -> Taken:
    """Return what a record that QuickBooks gave says, whether answered or looked up."""
    text = record.fields().get
    name = text("Name") or ""
    found = Taken(
        quickbooks_id=text("ListID") or text("TxnID") or "",
        edit_sequence=text("EditSequence") or "",
        type=record.type,
        name=name,
        full_name=text("FullName") or name,
        ref_number=text("RefNumber") or "",
        external_guid=text("ExternalGUID") or "",
        two_sided=text("SalesAndPurchase") is not None,
    )
    if text("TxnID") is None:
        return found
    has_lines = record.type in {"InvoiceRet", "CreditMemoRet"}
    subtotal = record.money("Subtotal") if has_lines else None
    tax = record.money("SalesTaxTotal") if has_lines else None
    total = record.money("Amount" if record.type == "CheckRet" else "TotalAmount")
    if subtotal is not None:
        total = subtotal + (tax or Decimal(0))
    return replace(
        found,
        line_ids=line_ids_of(record) if has_lines else (),
        subtotal=subtotal,
        tax=tax,
        total=total,
        balance=record.money("BalanceRemaining"),
        unused=record.money("UnusedPayment"),
    )


def line_ids_of(record: Record) -> tuple[str, ...]:
    """Return the TxnLineIDs of a transaction's lines; of a payment, the TxnIDs it is applied to."""
    if record.type == "ReceivePaymentRet":
        return tuple(record.texts("AppliedToTxnRet/TxnID"))
    lines = f"{record.type.removesuffix('Ret')}LineRet"
    return tuple(each.text("TxnLineID") or "" for each in record.children(lines))


def difference(
    taken: Taken, *, total: Decimal | None, left: Decimal | None
) -> tuple[Decimal | None, str]:
    """Return by how much what was taken differs from ours, and the code for that.

    `total` is ours, and `left` what of a payment of ours goes to no invoice; None where it is no
    matter. Nothing is compared that the answer does not tell.
    """
    by = taken.total - total if total is not None and taken.total is not None else None
    if not by and left is not None and taken.unused is not None and taken.unused != left:
        return taken.unused - left, "left_differs"
    return by, "differs"


def _taken(answer: Answer, operation: Operation, quickbooks_id: str) -> Taken | None:
    code = answer.status.code
    warning = answer.status.message if code >= 500 else ""
    text = str(code) if code >= 500 else ""
    record = next((each for each in answer.records if _has_id(each)), None)
    if record is not None:
        found = read_taken(record)
        return replace(found, code=text, warning=warning) if text else found
    if answer.recovery is not None and (taken := _recovered(answer.recovery)) is not None:
        return replace(taken, type=_type_of(answer), code=text, warning=warning)
    if code == 0 and operation in {Operation.VOID, Operation.DELETE}:
        return Taken(quickbooks_id=quickbooks_id)
    return None


def _recovered(recovery: Recovery) -> Taken | None:
    """Return what a stored answer says: which object was written, and nothing of what is in it.

    Source: qbXML 13.0 schema, ErrorRecovery.
    """
    quickbooks_id = recovery.list_id or recovery.txn_id
    if not quickbooks_id:
        return None
    return Taken(
        quickbooks_id=quickbooks_id,
        edit_sequence=recovery.edit_sequence or "",
        external_guid=recovery.external_guid or "",
    )


def _type_of(answer: Answer) -> str:
    """Return the type of what was written, from the answer's own name: "ItemServiceAdd"."""
    for ending in ("Add", "Mod"):
        if answer.type.endswith(ending):
            return f"{answer.type.removesuffix(ending)}Ret"
    return ""


def _has_id(record: Record) -> bool:
    return bool(record.text("ListID") or record.text("TxnID"))


def _is_lock(said: str) -> bool:
    folded = said.lower()
    return any(text in folded for text in LOCK_TEXTS)


def _is_itself(code: int, said: str, quickbooks_id: str) -> bool:
    """Return whether the code says that the record itself, not one it names, is not there."""
    if code not in NOT_FOUND | REPLACED:
        return False
    named = _QUOTED_ID.findall(said)
    return not named or not quickbooks_id or quickbooks_id in named
