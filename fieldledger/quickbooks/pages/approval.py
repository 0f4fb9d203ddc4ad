"""Rules of approval: where an owner sets them, and where a second person says yes or no."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, People
from fieldledger.accounts.roles import Right, may
from fieldledger.office.fields import guid as read_guid
from fieldledger.quickbooks import services
from fieldledger.quickbooks.approvals import NOBODY_ELSE, approvers, waiting, why_not
from fieldledger.quickbooks.approving import APPROVAL, is_waiting, rules_of
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.afterwards import found_invoice
from fieldledger.quickbooks.services import NotPossible
from fieldledger.sync.approval import Rules

_DAYS_MAX: Final = 365
_AMOUNT_MAX: Final = Decimal("999999999.99")
_AT_ONCE: Final = 500
WAITING_QUERY: Final = f"state=held&code={APPROVAL}"


@quickbooks_page(Right.QUEUE, methods=("GET", "POST"))
def approval_rules(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show when a second person has to approve; an owner changes it."""
    if request.method != "POST":
        return _page(request, connection, rules_of(connection))
    if not may(request.membership.role, Right.SET_RULES):
        return render(request, "not_allowed.html", {"right": Right.SET_RULES}, status=403)
    rules, errors = _read(request.POST)
    if not errors:
        try:
            services.save_rules(connection, rules=rules, actor=request.actor, now=timezone.now())
        except NotPossible as refusal:
            errors["general"] = str(refusal)
    if errors:
        return _page(request, connection, rules, errors)
    messages.success(request, "Saved. It holds for everything that has not gone yet.")
    return redirect("approval_rules")


def _page(
    request: PageRequest,
    connection: Connection,
    rules: Rules,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    people = approvers(request.business)
    shown = {
        "rules": rules,
        "typed": request.POST,
        "errors": errors or {},
        "approvers": people,
        "nobody_else": NOBODY_ELSE if len(people) < 2 else "",
        "may_change": may(request.membership.role, Right.SET_RULES),
        "waiting": waiting(connection).count(),
        "waiting_query": WAITING_QUERY,
    }
    return render(request, "quickbooks/approval.html", shown, status=422 if errors else 200)


def _read(posted: QueryDict) -> tuple[Rules, dict[str, str]]:
    errors: dict[str, str] = {}
    text = posted.get("amount_over", "").replace(",", "").replace("$", "").strip()
    amount: Decimal | None = None
    if text:
        try:
            amount = Decimal(text)
        except InvalidOperation:
            errors["amount_over"] = "Write an amount, such as 5000.00."
        else:
            if not amount.is_finite() or not 0 <= amount <= _AMOUNT_MAX:
                amount, errors["amount_over"] = None, "Write an amount from 0 to 999,999,999.99."
            else:
                amount = amount.quantize(Decimal("0.01"))
    given = posted.get("new_client_days", "").strip() or "0"
    is_number = given.isascii() and given.isdecimal() and len(given) <= 3
    days = int(given) if is_number else -1
    if not 0 <= days <= _DAYS_MAX:
        days, errors["new_client_days"] = 0, f"Write a number of days from 0 to {_DAYS_MAX}."
    rules = Rules(
        amount_over=amount,
        closed=posted.get("closed") == "yes",
        edited=posted.get("edited") == "yes",
        new_client_days=days,
    )
    return rules, errors


@quickbooks_page(Right.APPROVE, methods=("POST",))
def decide_approval(request: PageRequest, connection: Connection) -> HttpResponse:
    """Approve or refuse the ticked entries, or one."""
    ticked = [found for each in request.POST.getlist("entry") if (found := read_guid(each))]
    approve = request.POST.get("answer") == "approve"
    reason = request.POST.get("reason", "").strip()
    if not approve and not reason:
        messages.error(request, "Say why you refuse: whoever asked reads it.")
        return _back(request, connection, ticked)
    results = services.decide(
        connection,
        approve=approve,
        entries=ticked[:_AT_ONCE],
        reason=reason,
        actor=request.actor,
        now=timezone.now(),
    )
    done = sum(each.done for each in results)
    if done:
        noun = "entry is" if done == 1 else "entries are"
        became = "approved and queued" if approve else "refused"
        messages.success(request, f"{done} {noun} {became}.")
    for why, number in Counter(each.reason for each in results if not each.done).items():
        messages.warning(request, why if number == 1 else f"{number} entries: {why}")
    return _back(request, connection, ticked)


def _back(request: PageRequest, connection: Connection, ticked: Sequence[UUID]) -> HttpResponse:
    came_from = request.POST.get("from", "")
    if len(ticked) == 1 and came_from == "invoice":
        invoice = found_invoice(request, connection, ticked[0])
        if invoice is not None:
            return redirect("invoice", invoice)
    if len(ticked) == 1 and came_from in {"entry", "invoice"}:
        return redirect("entry", ticked[0])
    return redirect(f"{reverse('sync_log')}?{WAITING_QUERY}")


def approval_of(
    request: PageRequest, connection: Connection, guid: UUID | str | None
) -> dict[str, Any]:
    """Return what the card of an entry that waits for approval shows; {} for any other."""
    if not guid:
        return {}
    rows = SyncEntry.objects.filter(connection=connection, guid=guid).select_related("connection")
    entry = rows.first()
    if entry is None or not is_waiting(entry):
        return {}
    others = [each for each in approvers(request.business) if not _is(each.user.guid, entry)]
    is_allowed = may(request.membership.role, Right.APPROVE)
    return {
        "approval": {
            "entry": entry,
            "asked_by": People(request.business).name(entry.asked_by),
            "who": ", ".join(str(each.user) for each in others),
            "is_allowed": is_allowed,
            "why_not": why_not(entry, request.actor) if is_allowed else "",
        }
    }


def _is(user: UUID, entry: SyncEntry) -> bool:
    return entry.asked_by == f"user {user}"


def waiting_for(request: PageRequest, connection: Connection) -> dict[str, Any]:
    """Return how many entries wait for this person's approval, and where they are."""
    if not may(request.membership.role, Right.APPROVE):
        return {"to_approve": 0}
    number = waiting(connection).exclude(asked_by=request.actor).count()
    return {"to_approve": number, "waiting_query": WAITING_QUERY}
