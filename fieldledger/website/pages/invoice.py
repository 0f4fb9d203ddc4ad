"""One invoice: what it says, its payments, its place in QuickBooks, and what can be done."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.models import AuditEvent
from fieldledger.accounts.pages import PageRequest, People, page
from fieldledger.accounts.roles import Right
from fieldledger.office.invoice_letter import InvoiceLetter
from fieldledger.office.models import ZERO, Credit, Invoice, LineKind, Payment
from fieldledger.office.owing import UNUSED
from fieldledger.office.services import Refused, void_invoice
from fieldledger.office.services.payments import DEPOSIT_APPLIED
from fieldledger.quickbooks import services
from fieldledger.quickbooks.closed_period import CLOSED_CODES, closed_choices
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.pages.afterwards import afterwards_of
from fieldledger.quickbooks.pages.approval import approval_of
from fieldledger.quickbooks.pages.lamp import next_call
from fieldledger.quickbooks.pages.number_taken import number_card_of
from fieldledger.quickbooks.prechecking import look
from fieldledger.quickbooks.void_choice import VOID_CHOSEN
from fieldledger.quickbooks.voided import LEFT_THERE
from fieldledger.sync.content import Kind, State
from fieldledger.sync.precheck import Group
from fieldledger.sync.voiding import There
from fieldledger.website.invoice_mail import MAILED, MAY_BE_MAILED
from fieldledger.website.pages.before_sending import show_sheet
from fieldledger.website.pages.records import connection_in_use, the_record, with_quickbooks
from fieldledger.website.pages.voiding import make_void, question_shown
from fieldledger.website.templatetags.fieldledger import money

# What asking again would change nothing about; the page says so beside the grey button.
_UNDER_WAY = {
    State.PENDING: "It is already waiting for the Web Connector.",
    State.WAITING: "It is already queued and waits for what it needs.",
    State.SENDING: "It is being sent right now.",
    State.CHECKING: "QuickBooks is being asked whether it has it.",
}
# What is there is not sent again by itself: the page offers the choices.
_CHOSEN = frozenset({State.DIFFERS, State.CHANGED_IN_QUICKBOOKS})
_HISTORY = 20
_DEPOSITS_OFFERED = 5


@page(Right.SEE_MONEY)
def invoice(request: PageRequest, guid: UUID) -> HttpResponse:
    """Show one invoice."""
    record = the_record(Invoice, request, guid, "client", "tax_rate")
    return render(request, "invoices/invoice.html", _shown(request, record))


@page(Right.SEE_MONEY)
def invoice_quickbooks(request: PageRequest, guid: UUID) -> HttpResponse:
    """Show the invoice's QuickBooks box alone, as it stands now."""
    record = the_record(Invoice, request, guid, "client", "tax_rate")
    shown = _shown(request, record)
    if shown["connection"] is None:
        return HttpResponse()  # Switched off meanwhile: the box goes away.
    return render(request, "invoices/quickbooks_box.html", shown)


@page(Right.QUEUE, methods=("POST",))
def sync_invoice(request: PageRequest, guid: UUID) -> HttpResponse:
    """Send the invoice to QuickBooks with its payments; if it cannot go, say what it needs."""
    record = the_record(Invoice, request, guid)
    connection = connection_in_use(request)
    if connection is None:
        messages.error(request, "Switch QuickBooks Desktop on in the Feature Center first.")
        return redirect("invoice", record.guid)
    results = services.sync(
        connection,
        invoices=[record.guid],
        payments=[],
        actor=request.actor,
        now=timezone.now(),
        only_ready=True,
    )
    if connection.stage == "ongoing" and any(
        each.kind == "invoice" and each.result == "refused" for each in results
    ):
        looked = look(connection, [record.pk])[record.pk]
        if looked.verdict.group not in {Group.THERE, Group.VOID}:
            return show_sheet(request, connection, [record], single=record)
    queued = [each for each in results if each.result == "queued"]
    payments = sum(each.kind == "payment" for each in queued)
    with_payments = f" with {payments} payment{'s' * (payments != 1)}" if payments else ""
    if any(each.kind == "invoice" for each in queued):
        messages.success(request, f"Invoice {record.number}{with_payments} is queued.")
    elif payments:
        what = "payment" if payments == 1 else "payments"
        messages.success(request, f"{payments} {what} of invoice {record.number} queued.")
    for each in results:
        if each.result == "already_pending" and not queued:
            messages.info(request, f"Invoice {record.number} is already waiting. {each.reason}")
        elif each.result == "held":
            messages.info(request, f"It is held. {each.reason}")
        elif each.result == "refused" and not (queued and each.kind == "invoice"):
            messages.error(request, each.reason)
    return redirect("invoice", record.guid)


@page(Right.VOID, methods=("GET", "POST"))
def void(request: PageRequest, guid: UUID) -> HttpResponse:
    """Ask whether the invoice is to be void, and make it so."""
    record = the_record(Invoice, request, guid, "client")
    refusals: list[str] = []
    if request.method == "POST":
        try:
            make_void(request, Kind.INVOICE, void_invoice, record, name=f"Invoice {record.number}")
        except Refused as refused:
            refusals = [each for sentences in refused.errors.values() for each in sentences]
        else:
            return redirect("invoice", record.guid)
    shown = {**question_shown(request, Kind.INVOICE, record), "refusals": refusals}
    return render(request, "invoices/void.html", shown, status=422 if refusals else 200)


def _shown(request: PageRequest, record: Invoice) -> dict[str, Any]:
    connection = connection_in_use(request)
    payments = list(record.payments.select_related("invoice").order_by("pk"))
    block = with_quickbooks(request, "invoice", [record], connection)[0][1]
    paired = with_quickbooks(request, "payment", payments, connection)
    applied = list(record.applications.filter(amount__gt=0).select_related("payment__client"))
    deposits = with_quickbooks(request, "payment", [each.payment for each in applied], connection)
    unsent = sum(
        1
        for payment, its in [*paired, *deposits]
        if its and not payment.voided and its["state"] in {State.NOT_SENT, State.CHANGED}
    )
    lines = list(record.lines.select_related("item"))
    credit_uses = record.credit_applications.filter(amount__gt=0).select_related("credit")
    applied_credits = list(credit_uses)
    credited = sum((each.amount for each in applied_credits), start=ZERO)
    shown: dict[str, Any] = {
        "invoice": record,
        "lines": [each for each in lines if each.kind == LineKind.WORK],
        "extras": [each for each in lines if each.kind != LineKind.WORK],
        "money_state": record.money_state(timezone.localdate()),
        "payments": paired,
        "applied": [(each, its) for each, (_, its) in zip(applied, deposits, strict=True)],
        "credit": _unapplied(record),
        "credit_left": _credit_left(record, [each.credit_id for each in applied_credits]),
        "applied_credits": applied_credits,
        "credited": credited,
        "paid": record.paid - credited,
        "place": block,
        "unsent_payments": unsent,
        "connection": connection,
        "credits": with_quickbooks(
            request, "credit", list(record.credits.order_by("-pk")), connection
        ),
        "history": _history(request, record),
    }
    if connection is not None and block is not None:
        shown |= _quickbooks(request, record, connection, block, unsent)
        shown |= _before_sending(record, connection, block)
        shown |= afterwards_of(connection, block["entry"])
        shown |= approval_of(request, connection, block["entry"])
        shown |= number_card_of(request, connection, block["entry"])
        if "approval" in shown:
            shown["sync_reason"] = "It waits for somebody else's approval."
    return shown


def _unapplied(record: Invoice) -> list[Payment]:
    """Return the client's deposits of which something is left, if the invoice needs any."""
    if not record.balance:
        return []
    rows = record.client.deposits.filter(voided_at=None, applied__lt=F("amount"))
    return list(rows.order_by("date", "pk")[:_DEPOSITS_OFFERED])


def _credit_left(record: Invoice, taken: Sequence[int]) -> list[Credit]:
    """Return the client's other credit memos of which something is left, if any is needed."""
    if not record.balance:
        return []
    rows = record.client.credits.filter(UNUSED)
    return list(rows.exclude(pk__in=taken).order_by("date", "pk")[:_DEPOSITS_OFFERED])


def _quickbooks(
    request: PageRequest,
    record: Invoice,
    connection: Connection,
    block: dict[str, Any],
    unsent: int,
) -> dict[str, Any]:
    """Return what the QuickBooks box says beyond the record's block."""
    shown: dict[str, Any] = {"sync_reason": _sync_reason(record, connection, block, unsent)}
    if block["state"] == State.PENDING:
        shown["next_call"] = next_call(connection, now=timezone.now())
    entry = (
        SyncEntry.objects.filter(connection=connection, guid=block["entry"]).first()
        if block["entry"]
        else None
    )
    if entry is not None:
        shown["entry"] = entry
        shown["asked_by"] = People(request.business).name(entry.asked_by)
        shown["says_who"] = bool(entry.asked_by)
        if entry.state == State.IGNORED and entry.code == LEFT_THERE and not unsent:
            shown["sync_reason"] = "It is void here, and QuickBooks keeps it as it is."
    if record.voided:
        return shown
    if block["differs_by"] is not None:
        shown["total_there"] = record.total + Decimal(block["differs_by"])
    elif block["state"] == State.SYNCED:
        shown["total_there"] = record.total
    return shown


# What is not there as it is here, and could be sent.
_TO_SEND = frozenset({State.NOT_SENT, State.CHANGED, State.FAILED, State.HELD})


def _before_sending(
    record: Invoice, connection: Connection, block: dict[str, Any]
) -> dict[str, Any]:
    """Return what was looked at before sending, and the choices if its date is in closed books."""
    if connection.stage != "ongoing" or block["state"] not in _TO_SEND:
        return {}
    looked = look(connection, [record.pk])[record.pk]
    verdict, entry = looked.verdict, looked.entry
    refused = entry is not None and entry.state == State.FAILED and entry.code in CLOSED_CODES
    shown: dict[str, Any] = {"verdict": verdict}
    if refused or verdict.code == "closed_period":
        # QuickBooks said itself that the period is closed: what was read before is no news.
        shown |= {"is_closed": True, "refused_closed": refused}
        shown |= closed_choices(connection, timezone.localdate())
        shown["closed_reason"] = entry.message if refused and entry else verdict.reason
    return shown


def _sync_reason(
    record: Invoice, connection: Connection, block: dict[str, Any], unsent: int
) -> str:
    """Return why "Sync to QuickBooks" is grey; "" where it is not."""
    if connection.stage != "ongoing":
        return "Finish setting QuickBooks up first: invoices go after the initial sync."
    state = block["state"]
    if state in _UNDER_WAY and not unsent:
        return _UNDER_WAY[State(state)]
    if record.voided and state == State.SYNCED and not unsent:
        return "It is void, and QuickBooks knows that."
    if state == State.SYNCED and not unsent:
        return f"QuickBooks has it as it is here, {money(record.total)}."
    if state in _CHOSEN and not unsent:
        return "Choose below what is to become of the difference."
    if record.voided and state in {State.NOT_SENT, State.CANCELLED}:
        return "It is void and never was in QuickBooks."
    return ""


_DID: Final[dict[str, str]] = {
    "make invoice": "made it",
    "void invoice": "made it void",
    "sync to QuickBooks": "asked to send it to QuickBooks",
    "approve for QuickBooks": "approved that it goes to QuickBooks",
    "refuse for QuickBooks": "refused that it goes to QuickBooks",
    "link invoice with QuickBooks": "linked it with the one in QuickBooks",
    "retry sync entries": "asked to send it to QuickBooks again",
    "hold sync entries": "held it back from QuickBooks",
    "release sync entries": "let it go to QuickBooks after all",
    "ignore sync entries": "left it out of QuickBooks",
    "accept sync entries": "accepted what QuickBooks has of it",
}
_APPLIED: Final = {"apply credit to invoice": "a credit memo", DEPOSIT_APPLIED: "a deposit"}
_CHOSE: Final = {
    There.VOID: "makes it void",
    There.DELETE: "deletes it",
    There.KEEP: "keeps it as it is",
}


_MAIL: Final = frozenset({MAILED, MAY_BE_MAILED})


def _history(request: PageRequest, record: Invoice) -> list[tuple[AuditEvent, str, str]]:
    """Return who did what to the invoice, in words, the newest first."""
    events = list(
        AuditEvent.objects.filter(business=request.business, subject=str(record.guid)).order_by(
            "-pk"
        )[:_HISTORY]
    )
    people = People(request.business)
    letters = [event.details["letter"] for event in events if event.action in _MAIL]
    sent = InvoiceLetter.objects.filter(invoice=record, guid__in=letters) if letters else ()
    recipients = {str(each.guid): each.recipient for each in sent}
    return [
        (event, people.name(event.actor), _did(event, recipients.get(event.details.get("letter"))))
        for event in events
    ]


def _did(event: AuditEvent, recipient: str | None) -> str:
    to = f" to {recipient}" if recipient else ""
    if event.action == MAILED:
        return f"sent it by mail{to}"
    if event.action == MAY_BE_MAILED:
        return f"sent it by mail{to}, and the mail server did not say whether it took it"
    if event.action == VOID_CHOSEN:
        return f"chose that QuickBooks {_CHOSE[There(event.details['in_quickbooks'])]}"
    if event.action in _APPLIED:
        return _applied(_APPLIED[event.action], event.details.get("amount"))
    if event.action == "edit invoice":
        fields = " and ".join(each.replace("_", " ") for each in event.details.get("fields", ()))
        return f"changed {fields or 'it'}"
    return _DID.get(str(event.action), str(event.action))


def _applied(what: str, amount: str | None) -> str:
    if amount is None:  # The trail did not say so at first.
        return f"changed what of {what} goes to it"
    return f"let {money(amount)} of {what} go to it" if Decimal(amount) else f"took {what} off it"
