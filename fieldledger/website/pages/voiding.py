"""Making a record void, with the answer to what QuickBooks does with it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.db import transaction
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.office.models import Credit, Invoice, Payment, Refund
from fieldledger.quickbooks import services
from fieldledger.quickbooks.pages.void_choices import question_of, say_what_becomes
from fieldledger.sync.content import Kind
from fieldledger.sync.voiding import There, choices_of
from fieldledger.website.pages.records import connection_in_use, with_quickbooks

Money = TypeVar("Money", Invoice, Payment, Credit, Refund)


def make_void(
    request: PageRequest, kind: Kind, void: Callable[..., Money], record: Money, *, name: str
) -> None:
    """Make a record void as the posted answer says, and say so: "`name` is void."

    `void` is the office's service. Both happen, or neither.

    :raises Refused: if the record must not be void.
    """
    now = timezone.now()
    connection = connection_in_use(request)
    answer = request.POST.get("there", "")
    is_asked = connection is not None and bool(question_of(connection, kind, record))
    reason = ""
    with transaction.atomic():
        made = void(**{kind: record}, now=now, actor=request.actor)
        # Pressed twice, the second answer says nothing: the first may be with QuickBooks by now.
        is_answered = is_asked and answer in choices_of(kind) and made.voided_at == now
        if connection is not None and is_answered:
            reason = services.choose_void(
                connection,
                kind=kind,
                record=made,
                there=There(answer),
                actor=request.actor,
                now=now,
            )
    if is_answered:
        say_what_becomes(request, There(answer), reason, before=f"{name} is void. ")
    else:
        messages.success(request, f"{name} is void.")


def question_shown(request: PageRequest, kind: Kind, record: Money) -> dict[str, Any]:
    """Return what the page asks before a record becomes void, and its place in QuickBooks."""
    connection = connection_in_use(request)
    return {
        str(kind): record,
        "place": with_quickbooks(request, kind, [record], connection)[0][1],
        "chosen": request.POST.get("there", ""),
        **question_of(connection, kind, record),
    }
