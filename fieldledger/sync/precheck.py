"""Can a record go to QuickBooks now? One answer, for one and for many, before anything is sent.

The rules that send an invoice are asked (mapping.write_invoice), so that what passes here passes
then, as far as anybody knows before QuickBooks has spoken.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fieldledger.sync.content import Choices, CompanyFacts, InvoiceContent, Kind, State
from fieldledger.sync.mapping import CannotBeSent, write_invoice
from fieldledger.sync.taxing import Predicted, TaxMode, predict

ON_THEIR_WAY: Final = frozenset({State.PENDING, State.SENDING, State.CHECKING, State.WAITING})
IN_QUICKBOOKS: Final = frozenset({State.SYNCED, State.DIFFERS, State.CHANGED_IN_QUICKBOOKS})


class Group(StrEnum):
    """What has to happen before a record can go; the first that holds."""

    ON_ITS_WAY = "on_its_way"
    VOID = "void"
    THERE = "there"
    SET_ASIDE = "set_aside"
    CLOSED = "closed"
    MAPPING = "mapping"
    CORRECT = "correct"
    PARENT = "parent"
    APPROVAL = "approval"
    READY = "ready"


# What is refused when it is asked for. The others are queued, and stop with their reason if they
# cannot go; from the sheet only what is ready is asked for.
REFUSED: Final = frozenset({Group.VOID, Group.THERE, Group.SET_ASIDE, Group.CLOSED})

# Why what is there and unchanged here is not sent by itself, by where it stands.
_ALREADY_THERE: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.SYNCED: "The {kind} is already in QuickBooks, unchanged since.",
        State.DIFFERS: (
            "The {kind} is already in QuickBooks, with another total. Open it: send it again or"
            " accept the total there."
        ),
        State.CHANGED_IN_QUICKBOOKS: (
            "Somebody changed the {kind} in QuickBooks. Open it: send it again, or leave it as it"
            " is there."
        ),
    }
)
# Gaps that are closed in the mapping, for all records alike.
_MAPPED: Final = frozenset(
    {
        "no_fallback_item",
        "no_discount_item",
        "no_tip_item",
        "no_fee_item",
        "tax_not_mapped",
        "sales_tax_off",
        "tax_codes_unknown",
        "no_zero_tax_item",
        "no_tax_line_item",
        "no_rounding_item",
    }
)
_ITEM_CODES: Final = frozenset({"no_fallback_item", "item_not_in_quickbooks"})
_TAX_CODES: Final = _MAPPED - _ITEM_CODES - {"no_discount_item", "no_tip_item", "no_fee_item"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a record stands with QuickBooks; `was_sent` says that it ever was there.

    `is_left` says that it is void here, and that QuickBooks keeps it as somebody chose.
    """

    kind: Kind
    state: State
    date: dt.date
    voided: bool = False
    was_sent: bool = False
    is_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An invoice that somebody wants in QuickBooks.

    In `content` a client or item that is still to go has our own id in place of a ListID; None
    for a void invoice. `stuck` names such a one that does not go by itself ("client “Ann Lee”"),
    `new` those that do. `unsent_payments` is how many payments are not there.
    """

    standing: Standing
    content: InvoiceContent | None
    tax_percent: Decimal | None = None
    stuck: str = ""
    new: tuple[str, ...] = ()
    unsent_payments: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of what was looked at: what, whether it is in order, and how it stands."""

    about: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the invoice can go, and why not.

    `code` is one of words.OWN_WORDS where the rules refuse it. `warning` says where QuickBooks
    will make another total of it than ours.
    """

    group: Group
    reason: str = ""
    code: str = ""
    checks: tuple[Check, ...] = ()
    warning: str = ""


def why_not(standing: Standing, closing_date: dt.date | None) -> tuple[Group, str]:
    """Return why a record cannot be queued, whatever it says; READY and "" where it can.

    What is on its way already may be asked for again: that changes nothing.
    """
    kind, state = standing.kind, standing.state
    if state in ON_THEIR_WAY:
        return Group.ON_ITS_WAY, ""
    if standing.voided and not standing.was_sent:
        sentence = f"The {kind} is void and was never in QuickBooks: there is nothing to send."
        return Group.VOID, sentence
    if state in IN_QUICKBOOKS:
        return Group.THERE, _ALREADY_THERE[state].format(kind=kind)
    if standing.is_left:
        return Group.SET_ASIDE, (
            f"The {kind} is void here, and QuickBooks keeps it because somebody chose so. Release"
            " it in the sync log if QuickBooks is to be rid of it after all."
        )
    if state in {State.HELD, State.IGNORED}:
        return Group.SET_ASIDE, f"The {kind} is {state}. Release it in the sync log first."
    if state == State.GONE:
        return (
            Group.SET_ASIDE,
            f"The {kind} is gone from QuickBooks. Press Retry in the sync log to send it.",
        )
    if closing_date is not None and standing.date <= closing_date:
        sentence = (
            f"The books are closed through {closing_date:%Y-%m-%d} in QuickBooks and the {kind} is"
            f" dated {standing.date:%Y-%m-%d}. Change its date, or reopen the period there."
        )
        return Group.CLOSED, sentence
    return Group.READY, ""


def check(asked: Asked, *, choices: Choices, facts: CompanyFacts) -> Verdict:
    """Return whether an invoice can go to QuickBooks, what was looked at, and what it will become.

    An invoice that is there, with payments that are not, is READY: they go.
    """
    group, reason = why_not(asked.standing, facts.closing_date)
    if group == Group.THERE and asked.unsent_payments:
        return Verdict(group=Group.READY)
    content = asked.content
    if content is None or group in {Group.VOID, Group.THERE, Group.ON_ITS_WAY}:
        return Verdict(group=group, reason=reason)
    refused: CannotBeSent | None = None
    predicted: Predicted | None = None
    try:
        sent = write_invoice(content, choices=choices, facts=replace(facts, closing_date=None))
        predicted = predict(sent, choices=choices, facts=facts)
    except CannotBeSent as error:
        refused = error
    code = "closed_period" if group == Group.CLOSED else ""
    if group == Group.READY and refused is not None:
        group = Group.MAPPING if refused.code in _MAPPED else Group.CORRECT
        reason, code = refused.sentence, refused.code
    elif group == Group.READY and asked.stuck:
        group = Group.PARENT
        reason = f"Its {asked.stuck} is not in QuickBooks and needs you first."
    return Verdict(
        group=group,
        reason=reason,
        code=code,
        checks=_checks(asked, content, facts, refused, predicted, tax_mode=choices.sales_tax_mode),
        warning=_warning(asked, content, predicted),
    )


def _checks(
    asked: Asked,
    content: InvoiceContent,
    facts: CompanyFacts,
    refused: CannotBeSent | None,
    predicted: Predicted | None,
    *,
    tax_mode: str,
) -> tuple[Check, ...]:
    """Return the lines of the list "checked before sending"."""
    code = refused.code if refused is not None else ""
    words = refused.sentence if refused is not None else ""
    needed = f"The {asked.stuck} needs you first."
    no_client, no_item = asked.stuck.startswith("client"), asked.stuck.startswith("item")
    client = content.customer_name or "The client"
    goes_first = any(each.startswith("client") for each in asked.new)
    lines = [
        Check(
            about="Client",
            passed=not no_client,
            words=needed
            if no_client
            else f"{client} goes first."
            if goes_first
            else f"{client} is in QuickBooks.",
        ),
        Check(
            about="Items",
            passed=code not in _ITEM_CODES and not no_item,
            words=words if code in _ITEM_CODES else needed if no_item else _item_words(asked),
        ),
        Check(
            about="Tax",
            passed=code not in _TAX_CODES,
            words=words if code in _TAX_CODES else _tax_words(content, predicted, tax_mode),
        ),
        _date_check(asked.standing.date, facts.closing_date, words, code),
    ]
    if code and all(each.passed or each.about == "Date" for each in lines[:3]) and lines[3].passed:
        lines.append(Check(about="Invoice", passed=False, words=words))
    return tuple(lines)


def _item_words(asked: Asked) -> str:
    assert asked.content is not None
    named = len({line.item_name for line in asked.content.lines if line.item_name})
    new = sum(each.startswith("item") for each in asked.new)
    if not named:
        return "No line names an item."
    items = f"{named} item{'s' * (named != 1)}"
    return f"{items}, {new} of them go first." if new else f"{items} in QuickBooks."


def _tax_words(content: InvoiceContent, predicted: Predicted | None, tax_mode: str) -> str:
    if not content.tax and (predicted is None or not predicted.tax):
        return "No tax."
    if tax_mode == TaxMode.TAX_LINE and content.tax:
        return f"{content.tax:,.2f}, as a line of its own."
    if predicted is None:
        return "QuickBooks computes it, at a rate that it has not told."
    return f"{predicted.total - predicted.subtotal:,.2f} there, {content.tax:,.2f} here."


def _date_check(date: dt.date, closing: dt.date | None, words: str, code: str) -> Check:
    if code == "date_out_of_range":
        return Check(about="Date", passed=False, words=words)
    if closing is None:
        return Check(about="Date", passed=True, words="The books are open.")
    if date <= closing:
        words = f"{date:%Y-%m-%d} is on or before the closing date {closing:%Y-%m-%d}."
        return Check(about="Date", passed=False, words=words)
    return Check(about="Date", passed=True, words=f"After the closing date {closing:%Y-%m-%d}.")


def _warning(asked: Asked, content: InvoiceContent, predicted: Predicted | None) -> str:
    """Return the sentence that says that QuickBooks will make another total of it."""
    if predicted is None or predicted.total == content.total:
        return ""
    said = f"Here {content.total:,.2f}, QuickBooks will make {predicted.total:,.2f}"
    if asked.tax_percent is not None and predicted.percent != asked.tax_percent:
        return (
            f"{said}: its tax item has {predicted.percent.normalize():f} %, the tax rate here"
            f" {asked.tax_percent.normalize():f} %."
        )
    if predicted.subtotal == content.subtotal:
        return f"{said}: it rounds the tax another way."
    return f"{said}."
