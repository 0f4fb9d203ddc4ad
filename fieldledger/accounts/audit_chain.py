"""The seal on the audit trail: a chain of hashes over its events, which anybody can compute anew.

Each link is the SHA-256 of the link before and of what the event says. Who changes, removes, adds
or moves an event leaves a chain that does not fit; who makes the whole chain anew leaves another
last link than the one that was written down elsewhere.

Links are made a moment after the events, in the order in which they are seen: an event is written
inside whatever its action does, and a chain that grew there would make all of a business's actions
wait for each other.
"""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Exists, OuterRef

from fieldledger.accounts.models import AuditEvent, AuditSeal, Business

SEAL_EVERY_S: Final = 2.0
SEALED_AT_ONCE: Final = 1000
BEGINNING: Final = "0" * 64
_LOG: Final = structlog.get_logger("fieldledger.audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the chain of one business says."""

    business: Business
    links: int
    head: str  # The last link, to be written down elsewhere.
    unsealed: int  # Events of the last moments.
    breaks: str = ""  # Where it does not fit, in a sentence; "" if all of it does.


def digest_of(event: AuditEvent, number: int, before: str) -> str:
    """Return the link for an event, hexadecimal: SHA-256 over a JSON list, keys in order."""
    said = [
        before,
        number,
        event.pk,
        event.business_id,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor,
        event.action,
        event.subject,
        event.details,
    ]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal_new() -> int:
    """Make links for events that have none, a bounded number for each business; return how many."""
    unsealed = AuditEvent.objects.filter(is_sealed=False).order_by("business_id")
    keys = unsealed.values_list("business_id", flat=True).distinct()
    return sum(_seal_business(key) for key in list(keys))


def _seal_business(business_id: int) -> int:
    with transaction.atomic():
        # One program at a time, for each business.
        locked = Business.objects.select_for_update(no_key=True).filter(pk=business_id).first()
        if locked is None:
            return 0
        last = AuditSeal.objects.filter(business_id=business_id).order_by("-number").first()
        number, digest = (last.number, last.digest) if last else (0, BEGINNING)
        seals = []
        # One that was set back to unsealed has its link: verifying says so, and the others go on.
        link = AuditSeal.objects.filter(event_id=OuterRef("pk"))
        events = AuditEvent.objects.filter(~Exists(link), business_id=business_id, is_sealed=False)
        for event in events.order_by("pk")[:SEALED_AT_ONCE]:
            number += 1
            digest = digest_of(event, number, digest)
            seals.append(
                AuditSeal(business_id=business_id, number=number, event_id=event.pk, digest=digest)
            )
        AuditSeal.objects.bulk_create(seals)
        AuditEvent.objects.filter(pk__in=[each.event_id for each in seals]).update(is_sealed=True)
        return len(seals)


def verify(business: Business, *, head: str = "") -> Verdict:
    """Compute a business's chain anew and say where it breaks first.

    :param head: a last link that was written down before; it must be among the links.
    """
    number, digest, breaks = 0, BEGINNING, ""
    is_head_there = not head
    for seal, event in _links(business):
        number += 1
        breaks = _broken(seal, event, number, digest)
        if breaks:
            break
        digest = seal.digest
        is_head_there = is_head_there or digest == head
    events = AuditEvent.objects.filter(business=business)
    # Asked of the database at one moment: another program may be sealing meanwhile.
    link = AuditSeal.objects.filter(event_id=OuterRef("pk"), business=business)
    if not breaks and events.filter(~Exists(link), is_sealed=True).exists():
        breaks = "There are events that claim to be sealed and are not: somebody added them."
    set_back = events.filter(Exists(link), is_sealed=False).order_by("pk").first()
    if not breaks and set_back is not None:
        breaks = (
            f"Event {set_back.pk}, “{set_back.action}” of {set_back.at:%Y-%m-%d %H:%M} UTC, is"
            " marked as unsealed although it has its link: somebody changed the database."
        )
    if not breaks and not is_head_there:
        breaks = "The link that was written down is not among them: the trail was made anew."
    unsealed = events.filter(is_sealed=False).count()
    return Verdict(business=business, links=number, head=digest, unsealed=unsealed, breaks=breaks)


def _links(business: Business) -> Iterator[tuple[AuditSeal, AuditEvent | None]]:
    """Yield each link with its event, in groups; None for one that is gone."""
    last = 0
    seals = AuditSeal.objects.filter(business=business).order_by("number")
    while group := list(seals.filter(number__gt=last)[:SEALED_AT_ONCE]):
        events = AuditEvent.objects.in_bulk([each.event_id for each in group])
        for each in group:
            yield each, events.get(each.event_id)
        last = group[-1].number


def _broken(seal: AuditSeal, event: AuditEvent | None, number: int, before: str) -> str:
    if seal.number != number:
        return f"Link {number} is missing: somebody removed it."
    if event is None:
        return f"The event of link {number} is missing (event {seal.event_id}): it was removed."
    if digest_of(event, number, before) != seal.digest:
        return (
            f"Link {number} does not fit: event {event.pk}, “{event.action}” of"
            f" {event.at:%Y-%m-%d %H:%M} UTC, was changed since it was sealed."
        )
    return ""


def start() -> threading.Thread:
    """Start sealing; the thread ends with the program."""
    thread = threading.Thread(target=_seal_on, name="audit-chain", daemon=True)
    thread.start()
    return thread


def _seal_on() -> None:
    while True:
        sealed = 0
        try:
            sealed = seal_new()
        except (DatabaseError, InterfaceError) as error:
            # They are sealed in the next round.
            _LOG.warning("audit trail not sealed", error=type(error).__name__)
            connection.close()
        if not sealed:
            time.sleep(SEAL_EVERY_S)
