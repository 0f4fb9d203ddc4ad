"""Needs attention: a card for each cause, with what to do about all that are alike at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right, may
from fieldledger.quickbooks.attention import SHOWN_STATES, Cause, act_on_cause, causes
from fieldledger.quickbooks.clashes import TAKEN
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.approval import waiting_for
from fieldledger.quickbooks.pages.fixes import Fix, fix_of
from fieldledger.quickbooks.pages.in_the_way import in_the_way
from fieldledger.quickbooks.pages.log import DONE, MOVABLE
from fieldledger.sync.content import Kind, State
from fieldledger.sync.words import ACTOR_WORDS

_NOUNS: Final = {
    Kind.CLIENT: ("client", "clients"),
    Kind.ITEM: ("item", "items"),
    Kind.INVOICE: ("invoice", "invoices"),
    Kind.PAYMENT: ("payment", "payments"),
    Kind.CREDIT: ("credit memo", "credit memos"),
    Kind.REFUND: ("refund", "refunds"),
}
# What each way out does, said before it is pressed.
_OUTCOMES: Final = {
    "retry": "Retry sends them with the Web Connector's next call.",
    "accept": "Left, nothing is sent: QuickBooks keeps what it has, and nobody is asked again.",
    "hold": "Hold keeps them here until somebody releases them.",
    "ignore": "Ignore leaves them out of QuickBooks; it can be taken back in the sync log.",
}
_OF_OTHERS: Final = "Sent again, what is here is written over what QuickBooks has."
_OF_GONE: Final = (
    "Retry sends them as new records; QuickBooks is asked first whether they are back."
)
_RETRY: Final[Mapping[str, str]] = {
    State.GONE: _OF_GONE,
    State.DIFFERS: _OF_OTHERS,
    State.CHANGED_IN_QUICKBOOKS: _OF_OTHERS,
}
# What the buttons of one entry are called there, for one and for all alike.
_AGAIN: Final = ("Send ours again", "Send all {} again")
_PRESSES: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    ("retry", State.DIFFERS): _AGAIN,
    ("retry", State.CHANGED_IN_QUICKBOOKS): _AGAIN,
    ("accept", State.DIFFERS): ("Accept QuickBooks' total", "Accept QuickBooks' totals, all {}"),
    ("accept", State.CHANGED_IN_QUICKBOOKS): ("Leave it there as it is", "Leave all {} there"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One cause as it is shown."""

    cause: Cause
    title: str
    counted: str  # "3 clients and 1 item"
    next_move: str
    actions: tuple[str, ...]
    retry_words: str
    accept_words: str
    outcomes: tuple[str, ...]
    log_url: str
    needs_mapping: bool
    told_apart: tuple[tuple[Kind, str], ...]  # Kinds of which all can be told apart at once.
    sentence: str
    fix: Fix | None


@quickbooks_page(Right.QUEUE)
def attention(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show what needs a person, the cause of most first."""
    cards = [_card(request, connection, each) for each in causes(connection)]
    shown = {
        "connection": connection,
        "in_the_way": in_the_way(connection),
        "cards": [each for each in cards if each.cause.state != State.DIFFERS],
        "differing": [each for each in cards if each.cause.state == State.DIFFERS],
        "may_map": may(request.membership.role, Right.MAP),
        **waiting_for(request, connection),
    }
    return render(request, "quickbooks/attention.html", shown)


@quickbooks_page(Right.QUEUE, methods=("POST",))
def act_on_all(request: PageRequest, connection: Connection) -> HttpResponse:
    """Move all entries of one cause."""
    action, state = request.POST.get("action", ""), request.POST.get("state", "")
    if action not in MOVABLE or state not in set(SHOWN_STATES):
        raise Http404
    results = act_on_cause(
        connection,
        action=action,
        state=State(state),
        code=request.POST.get("code", ""),
        actor=request.actor,
        now=timezone.now(),
    )
    done = sum(each.done for each in results)
    if done:
        messages.success(
            request, f"{done} {'entry is' if done == 1 else 'entries are'} {DONE[action]}."
        )
    elif not results:
        messages.info(request, "None of them stands there any more.")
    for reason, number in Counter(each.reason for each in results if not each.done).items():
        messages.warning(request, reason if number == 1 else f"{number} entries: {reason}")
    return redirect("attention")


def _card(request: PageRequest, connection: Connection, cause: Cause) -> Card:
    explanation = cause.explanation
    actions = tuple(name for name in _OUTCOMES if cause.state in MOVABLE[name])
    outcomes = _OUTCOMES | {"retry": _RETRY.get(cause.state, _OUTCOMES["retry"])}
    steps = " ".join(explanation.steps).lower() if explanation else ""
    return Card(
        cause=cause,
        title=explanation.title if explanation else "Needs a look",
        counted=_counted(cause),
        next_move=ACTOR_WORDS[explanation.actor] if explanation else "",
        actions=actions,
        retry_words=_press("retry", cause),
        accept_words=_press("accept", cause),
        outcomes=tuple(outcomes[name] for name in actions),
        log_url=f"{reverse('sync_log')}?{urlencode({'state': cause.state, 'code': cause.code})}",
        needs_mapping="mapping" in steps,
        told_apart=tuple(
            (kind, _NOUNS[kind][number != 1])
            for kind, number in cause.kinds.items()
            if cause.code == TAKEN and cause.state == State.FAILED
        ),
        sentence=_sentence(cause),
        fix=fix_of(request, connection, cause.first, number=cause.number, kinds=tuple(cause.kinds)),
    )


def _press(action: str, cause: Cause) -> str:
    one, all_alike = _PRESSES.get((action, cause.state), ("Retry", "Retry all {}"))
    return one if cause.number == 1 else all_alike.format(f"{cause.number:,}")


def _counted(cause: Cause) -> str:
    parts = [f"{number:,} {_NOUNS[kind][number != 1]}" for kind, number in cause.kinds.items()]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _sentence(cause: Cause) -> str:
    """Return what the one record's own sentence says, or what is true of all of them."""
    if cause.number == 1 and cause.first and cause.first[0].message:
        return cause.first[0].message
    return cause.explanation.sentence if cause.explanation else ""
