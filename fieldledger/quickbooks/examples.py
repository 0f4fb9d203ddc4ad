"""What the two ways of matching would do with this business's own clients: a few, side by side.

Only so many of either side are looked at that the page comes at once; the plan looks at all.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from fieldledger.office.models import Client
from fieldledger.quickbooks.models import Connection, QuickBooksRecord
from fieldledger.sync.contacts import contact_keys
from fieldledger.sync.matching import Ask, Found, Link, Ours, Strategy, Theirs, match_clients
from fieldledger.sync.naming import fold

SHOWN: Final = 5
OURS_MAX: Final = 2000  # The newest.
THEIRS_MAX: Final = 5000
_LINKED, _ASKED, _APART = "linked", "you are asked", "kept apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A client here, a customer there, what they share, and what becomes of them either way."""

    ours: str
    theirs: str
    shared: str
    with_or: str
    with_and: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Some pairs, those first that the choice is about; how many either rule would link."""

    pairs: Sequence[Example]
    linked_with_or: int
    linked_with_and: int
    looked_at: int  # Clients here.
    all_here: int


def examples_of(connection: Connection) -> Examples | None:
    """Return examples from the business's own records; None before QuickBooks' lists are read."""
    if connection.lists_read_at is None:
        return None
    ours, theirs = _ours(connection), _theirs(connection)
    either = match_clients(ours, theirs, Strategy.NAME_OR_CONTACT)
    both = match_clients(ours, theirs, Strategy.NAME_AND_CONTACT)
    with_and = _outcomes(both)
    pairs = [
        Example(
            ours=one.name,
            theirs=other.full_name or other.name,
            shared=shared,
            with_or=outcome,
            with_and=with_and.get((one.id, other.list_id), _APART),
        )
        for (one, other), outcome in _pairs(either)
        if (shared := _shared(one, other))
    ]
    # What the choice is about comes first, and a certain one before one that is asked about.
    pairs.sort(key=lambda each: (each.with_or == each.with_and, each.with_or != _LINKED))
    return Examples(
        pairs=pairs[:SHOWN],
        linked_with_or=sum(isinstance(each, Link) for each in either),
        linked_with_and=sum(isinstance(each, Link) for each in both),
        looked_at=len(ours),
        all_here=Client.objects.filter(business_id=connection.business_id).count(),
    )


def _ours(connection: Connection) -> list[Ours]:
    rows = Client.objects.filter(business_id=connection.business_id, archived=False)
    columns = rows.order_by("-pk").values_list("pk", "name", "email", "phone")[:OURS_MAX]
    return [Ours(id=pk, name=name, email=email, phone=phone) for pk, name, email, phone in columns]


def _theirs(connection: Connection) -> list[Theirs]:
    records = QuickBooksRecord.objects.filter(
        connection=connection,
        list=QuickBooksRecord.List.ENTITIES,
        type="CustomerRet",
        sublevel=0,
        is_active=True,
    )
    rows = records.order_by("pk").values_list("list_id", "name", "full_name", "details")
    return [
        Theirs(
            list_id=list_id,
            name=name,
            full_name=full_name,
            type="CustomerRet",
            email=details.get("email", ""),
            phone=details.get("phone", "") or details.get("alt_phone", ""),
        )
        for list_id, name, full_name, details in rows[:THEIRS_MAX]
    ]


def _pairs(found: Sequence[Found]) -> list[tuple[tuple[Ours, Theirs], str]]:
    pairs: list[tuple[tuple[Ours, Theirs], str]] = []
    for each in found:
        match each:
            case Link(ours=one, theirs=other):
                pairs.append(((one, other), _LINKED))
            case Ask():
                pairs += [((one, other), _ASKED) for one in each.ours for other in each.theirs]
            case _:
                pass
    return pairs


def _outcomes(found: Sequence[Found]) -> dict[tuple[Hashable, str], str]:
    return {(one.id, other.list_id): outcome for (one, other), outcome in _pairs(found)}


def _shared(one: Ours, other: Theirs) -> str:
    """Return what the two have in common, in words; "" if it is nothing a rule looks at."""
    alike = ["name"] if fold(one.name) == fold(other.name) else []
    if set(contact_keys(one.email, "")) & set(contact_keys(other.email, "")):
        alike.append("e-mail")
    if set(contact_keys("", one.phone)) & set(contact_keys("", other.phone)):
        alike.append("phone")
    return "same " + " and ".join(alike) if alike else ""
