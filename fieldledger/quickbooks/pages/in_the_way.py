"""What stands before the cards of single causes: what stops everything, and what is in doubt."""

from dataclasses import dataclass

from django.db.models import Min
from django.urls import reverse

from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.pages.banner import banner_of
from fieldledger.quickbooks.pages.setup import why_refused
from fieldledger.sync.content import State
from fieldledger.sync.words import ACTOR_WORDS, explain, explain_state

_WAITING = (State.PENDING, State.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay:
    """One card; `then` says what happens next, `url` is where it is decided ("" where nowhere)."""

    family: str
    title: str
    sentence: str
    next_move: str
    steps: tuple[str, ...] = ()
    then: str
    url: str = ""
    words: str = ""


def in_the_way(connection: Connection) -> list[InTheWay]:
    """Return what keeps everything from going, then what is being looked up."""
    found = [_question(connection), _refused(connection), _doubt(connection)]
    return [each for each in found if each is not None]


def _question(connection: Connection) -> InTheWay | None:
    if not connection.attention_code:
        return None
    explained, banner = explain(connection.attention_code), banner_of(connection)
    return InTheWay(
        family="red",
        title=banner.title if banner else explained.title,
        sentence=banner.sentence if banner else explained.sentence,
        next_move=ACTOR_WORDS[explained.actor],
        steps=explained.steps,
        then=_then(connection, "Once it is settled, everything that waits goes in its order."),
        url=reverse(banner.view) if banner and banner.view else "",
        words=banner.words if banner else "",
    )


def _refused(connection: Connection) -> InTheWay | None:
    # What asks a person has stopped the session as well, and is said already.
    refused = None if connection.attention_code else why_refused(connection)
    if refused is None:
        return None
    return InTheWay(
        family="red",
        title=refused["title"],
        sentence=refused["sentence"],
        next_move=refused.get("who") or "whoever is at the QuickBooks computer",
        steps=tuple(refused.get("steps", ())),
        then=_then(connection, "The Web Connector tries again with its next call by itself."),
        url=f"{reverse('help')}?chapter=trouble",
        words="When nothing moves: the help",
    )


def _then(connection: Connection, sentence: str) -> str:
    waiting = SyncEntry.objects.filter(connection=connection, state__in=_WAITING).count()
    waits = f"{waiting:,} wait{'s' * (waiting == 1)}; nothing" if waiting else "Nothing"
    return f"{sentence} {waits} is lost."


def _doubt(connection: Connection) -> InTheWay | None:
    entries = SyncEntry.objects.filter(connection=connection, state=State.CHECKING)
    number = entries.count()
    if not number:
        return None
    oldest = entries.aggregate(oldest=Min("updated_at"))["oldest"]
    explained = explain_state(State.CHECKING, name="it")
    return InTheWay(
        family="amber",
        title=f"{number:,} {'is' if number == 1 else 'are'} being looked up in QuickBooks",
        sentence=f"{explained.sentence} The answer was lost at {oldest:%Y-%m-%d %H:%M} UTC."
        if number == 1
        else "They were sent and the answers were lost on the way. QuickBooks is asked first, so"
        " that nothing is entered twice.",
        next_move=ACTOR_WORDS[explained.actor],
        then="There is nothing to press: with the next call each is found and confirmed, or surely"
        " not there and sent once more.",
        url=f"{reverse('sync_log')}?state={State.CHECKING}",
        words="See them in the sync log",
    )
