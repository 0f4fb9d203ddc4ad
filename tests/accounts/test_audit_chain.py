"""The seal on the audit trail (N13): whatever is done to it behind our back is found, and where."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from fieldledger.accounts import audit_chain
from fieldledger.accounts.models import AuditEvent, AuditSeal, Business
from fieldledger.accounts.services import audit, audit_many

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 16, 0, 0, 123456, tzinfo=UTC)


def write(business: Business, *actions: str) -> None:
    for action in actions:
        audit(
            business=business,
            actor="user 1",
            action=action,
            subject=str(uuid4()),
            now=NOW,
            details={"b": [1, None], "a": "é"},
        )


@pytest.fixture
def sealed(business: Business) -> Business:
    write(business, "void invoice", "make API key", "pause the sync", "void payment")
    assert audit_chain.seal_new() == 4
    return business


def breaks(business: Business, head: str = "") -> str:
    return audit_chain.verify(business, head=head).breaks


def test_n13_an_untouched_trail_is_whole_and_goes_on_from_its_last_link(sealed: Business) -> None:
    first = audit_chain.verify(sealed)
    assert (first.links, first.breaks, first.unsealed) == (4, "", 0)

    write(sealed, "void invoice")
    assert audit_chain.verify(sealed).unsealed == 1
    audit_chain.seal_new()
    later = audit_chain.verify(sealed, head=first.head)

    assert (later.links, later.breaks) == (5, "")
    assert later.head != first.head


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "user 2"},
        {"action": "void payment"},
        {"subject": ""},
        {"details": {}},
        {"at": datetime(2026, 5, 4, 16, 0, 0, 123457, tzinfo=UTC)},
    ],
)
def test_n13_an_event_that_was_changed_is_named(
    sealed: Business, change: dict[str, object]
) -> None:
    event = AuditEvent.objects.order_by("pk")[1]
    AuditEvent.objects.filter(pk=event.pk).update(**change)

    assert breaks(sealed).startswith(f"Link 2 does not fit: event {event.pk}, “")


def test_n13_an_event_that_was_removed_or_added_is_found(sealed: Business) -> None:
    event = AuditEvent.objects.order_by("pk")[2]
    kept = event.pk
    event.delete()
    assert f"(event {kept}): it was removed" in breaks(sealed)

    event.pk = kept
    event.save()
    assert breaks(sealed) == ""

    AuditEvent.objects.create(
        business=sealed, at=NOW, actor="user 3", action="nothing", is_sealed=True
    )
    assert "somebody added them" in breaks(sealed)


def test_n13_an_event_removed_with_its_link_leaves_a_gap(sealed: Business) -> None:
    seal = AuditSeal.objects.get(number=3)
    AuditEvent.objects.filter(pk=seal.event_id).delete()
    seal.delete()

    assert breaks(sealed) == "Link 3 is missing: somebody removed it."


def test_n13_a_chain_made_anew_lacks_the_link_that_was_written_down(sealed: Business) -> None:
    head = audit_chain.verify(sealed).head
    AuditEvent.objects.filter(action="void invoice").delete()
    AuditSeal.objects.all().delete()
    AuditEvent.objects.update(is_sealed=False)
    audit_chain.seal_new()

    assert breaks(sealed) == ""
    assert "made anew" in breaks(sealed, head)


def test_each_business_has_a_chain_of_its_own_and_many_events_take_several_rounds(
    sealed: Business, other_business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "SEALED_AT_ONCE", 3)
    subjects = [uuid4() for _ in range(7)]
    audit_many(business=other_business, actor="user 1", action="void", subjects=subjects, now=NOW)

    assert [audit_chain.seal_new() for _ in range(4)] == [3, 3, 1, 0]
    assert (audit_chain.verify(other_business).links, audit_chain.verify(sealed).links) == (7, 4)
    assert breaks(other_business) == ""


def test_what_is_sealed_while_the_trail_is_verified_is_no_break(
    sealed: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = audit_chain._links

    def links_and_meanwhile(business: Business) -> Iterator[tuple[AuditSeal, AuditEvent | None]]:
        yield from links(business)
        write(business, "void invoice")
        audit_chain.seal_new()

    monkeypatch.setattr(audit_chain, "_links", links_and_meanwhile)

    assert breaks(sealed) == ""


def test_n13_an_event_set_back_to_unsealed_is_found_and_the_others_are_sealed_on(
    sealed: Business,
) -> None:
    event = AuditEvent.objects.filter(business=sealed).order_by("pk")[1]
    AuditEvent.objects.filter(pk=event.pk).update(is_sealed=False)
    write(sealed, "void invoice")

    assert audit_chain.seal_new() == 1
    assert audit_chain.seal_new() == 0

    assert f"Event {event.pk}, “make API key” of 2026-05-04 16:00 UTC, is marked" in breaks(sealed)
    assert audit_chain.verify(sealed).links == 5
