"""The question at a void: what QuickBooks does with a record that is void here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks import services
from fieldledger.quickbooks.bank_deposits import deposit_of
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.paid_invoices import payments_of
from fieldledger.quickbooks.services import NotPossible
from fieldledger.quickbooks.void_choice import Money, asked_of, choices_left, entry_of
from fieldledger.quickbooks.voided import LEFT_THERE
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import There

_NOUN: Final = {
    Kind.INVOICE: "the invoice",
    Kind.PAYMENT: "the payment",
    Kind.CREDIT: "the credit memo",
    Kind.REFUND: "the check of the refund",
}
_WORDS: Final = {
    There.VOID: "Make it void in QuickBooks",
    There.DELETE: "Delete it in QuickBooks",
    There.KEEP: "Leave it in QuickBooks",
}
_KEEP: Final = (
    "Nothing is sent. QuickBooks keeps {noun} as it is, so its books go on counting it while those"
    " here do not. Nobody moves it any more."
)
_DOES: Final = {
    There.VOID: (
        "It stays there with its number, and its amounts become zero. The usual choice: the number"
        " stays accounted for."
    ),
    There.DELETE: "It is gone there, and its number with it.",
}
_DELETES: Final = {
    Kind.PAYMENT: (
        "The usual choice: QuickBooks cannot make a payment void. If it is in a bank deposit there,"
        " QuickBooks refuses, and the sync log names the deposit."
    ),
    Kind.REFUND: "The usual choice: the check is gone there, and the credit is free again.",
}
# What was done, for the sentence after the button.
DONE: Final = {
    There.VOID: "QuickBooks makes it void with the Web Connector's next call.",
    There.DELETE: "QuickBooks deletes it with the Web Connector's next call.",
    There.KEEP: "QuickBooks keeps it as it is.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidChoice:
    """One of the answers."""

    there: There
    words: str
    does: str
    is_usual: bool = False


def void_choices(kind: Kind, choices: Sequence[There]) -> list[VoidChoice]:
    """Return the answers that can be given, in their order."""
    return [
        VoidChoice(there=there, words=_WORDS[there], does=_does(kind, there), is_usual=place == 0)
        for place, there in enumerate(choices)
    ]


def _does(kind: Kind, there: There) -> str:
    if there == There.KEEP:
        return _KEEP.format(noun=_NOUN[kind])
    return _DELETES.get(kind, _DOES[there])


def question_of(connection: Connection | None, kind: Kind, record: Money) -> dict[str, Any]:
    """Return what the page asks before a record becomes void; nothing if it is not there."""
    entry = None if connection is None else entry_of(connection, kind, record.pk)
    asked = asked_of(entry)
    if connection is None or not asked:
        return {}
    return {
        "void_choices": void_choices(kind, asked),
        "in_deposit": deposit_of(connection, entry),
        "is_paid_there": kind == Kind.INVOICE and _is_paid_there(connection, record),
    }


def _is_paid_there(connection: Connection, record: Money) -> bool:
    """Whether QuickBooks keeps a payment of an invoice that is void here."""
    payments = [each.pk for _, each in payments_of([record.pk]) if each.voided]
    return SyncEntry.objects.filter(
        connection=connection,
        rank=RANK[Kind.PAYMENT],
        record_id__in=payments,
        state=State.IGNORED,
        code=LEFT_THERE,
    ).exists()


def choices_after(entry: SyncEntry) -> list[VoidChoice]:
    """Return what can still be chosen for what is void here and in QuickBooks as it was."""
    left = [each for each in choices_left(entry) if not _is_settled(entry, each)]
    return void_choices(entry.kind, left)


def _is_settled(entry: SyncEntry, there: There) -> bool:
    """Whether that is chosen already, and nothing hinders it."""
    hindered = {State.CHANGED, State.CHANGED_IN_QUICKBOOKS, State.FAILED}
    return entry.void_there == there and entry.state not in hindered


@quickbooks_page(Right.VOID, methods=("POST",))
def choose_again(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Choose again what QuickBooks does with a void record that it still has as it was."""
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first()
    there = request.POST.get("there", "")
    if entry is None or there not in set(There):
        raise Http404
    try:
        reason = services.choose_void_again(
            connection,
            entry=entry,
            there=There(there),
            actor=request.actor,
            now=timezone.now(),
        )
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        say_what_becomes(request, There(there), reason)
    return redirect("entry", guid)


def say_what_becomes(request: PageRequest, there: There, reason: str, *, before: str = "") -> None:
    """Say what QuickBooks will do; `reason` says why it does not do it yet."""
    if reason:
        messages.warning(request, f"{before}It does not go to QuickBooks yet. {reason}")
    else:
        messages.success(request, f"{before}{DONE[there]}")
