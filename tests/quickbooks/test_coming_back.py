"""Leave and come back: what changed meanwhile is shown before anything goes.

The line N11 is that of docs/roadmap.md.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office import services as office
from fieldledger.office.models import Client
from fieldledger.quickbooks import returning, services
from fieldledger.quickbooks.models import Finding
from fieldledger.simulator import people
from fieldledger.sync.content import State
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def doing() -> dict[str, Any]:
    return {"actor": "Dana", "now": datetime.now(tz=UTC)}


def a_client(business: Business, name: str) -> Client:
    return office.create_client(
        business=business, values={"name": name, "phone": "555-0100"}, now=NOW
    )


def there(pc: OfficePc, name: str) -> Any:
    return next((each for each in pc.company.customers() if each.name == name), None)


@pytest.fixture
def away(pc: OfficePc, business: Business) -> OfficePc:
    """The sync was paused a week ago with four clients in QuickBooks; then much has changed."""
    clients = {name: a_client(business, name) for name in ("Anna", "Ben", "Cleo", "Dan")}
    pc.set_up()
    pc.run()
    services.pause(pc.connection, **doing())
    connection = pc.connection
    connection.away_since = datetime.now(tz=UTC) - timedelta(days=7)
    connection.save()
    later = datetime.now(tz=UTC) + timedelta(seconds=5)
    people.edit(pc.company, there(pc, "Anna").id, {"Phone": "555-0111"}, now=later)
    people.edit(pc.company, there(pc, "Ben").id, {"Phone": "555-0122"}, now=later)
    people.delete(pc.company, there(pc, "Cleo").id, now=later)
    office.update_client(client=clients["Ben"], values={"notes": "Gate code 4"}, now=NOW)
    a_client(business, "Eve")
    return pc


def test_n11_what_changed_on_either_side_is_compared_before_anything_goes(away: OfficePc) -> None:
    assert returning.was_away(away.connection, datetime.now(tz=UTC))
    services.compare_first(away.connection, **doing())

    away.run()

    connection = away.connection
    assert connection.paused
    assert connection.attention_code == "welcome_back"
    assert returning.counts_of(connection) == {"here": 2, "changed": 2, "both": 1, "gone": 1}
    found = {each.entry.title: each.what for each in Finding.objects.select_related("entry")}
    assert found == {"Anna": "changed", "Ben": "changed", "Cleo": "gone"}
    assert there(away, "Eve") is None
    assert away.run().outcome == "none"


def test_n11_going_on_sends_what_waits_and_says_what_is_gone(away: OfficePc) -> None:
    services.compare_first(away.connection, **doing())
    away.run()

    services.resume(away.connection, **doing())
    for _ in range(2):
        away.run()

    assert there(away, "Eve") is not None
    assert there(away, "Cleo") is None
    assert there(away, "Anna").fields["Phone"] == "555-0111"
    assert away.states() == {"synced": 4, "gone": 1}
    connection = away.connection
    assert connection.away_since is None
    assert connection.comparison == {}
    assert not Finding.objects.exists()


def test_n11_what_changed_on_both_sides_can_be_held(away: OfficePc) -> None:
    services.compare_first(away.connection, **doing())
    away.run()

    services.hold_both(away.connection, **doing())
    services.resume(away.connection, **doing())
    for _ in range(2):
        away.run()

    (held,) = away.entries(state=State.HELD)
    assert held.title == "Ben"
    assert there(away, "Ben").fields["Phone"] == "555-0122"
    assert there(away, "Eve") is not None


def test_n11_a_comparison_that_breaks_off_goes_on_and_nothing_is_sent_meanwhile(
    away: OfficePc,
) -> None:
    services.compare_first(away.connection, **doing())

    away.run("stop-before=receiveResponseXML")
    assert away.connection.comparison["state"] == "reading"
    assert there(away, "Eve") is None
    away.run()

    assert away.connection.attention_code == "welcome_back"
    assert there(away, "Eve") is None


def test_n11_nothing_changed_on_either_side_asks_nobody(pc: OfficePc, business: Business) -> None:
    a_client(business, "Anna")
    pc.set_up()
    pc.run()
    off = services.set_enabled(pc.connection, enabled=False, **doing())
    assert off.away_since is not None
    on = services.set_enabled(pc.connection, enabled=True, **doing())
    assert on.away_since is None
    services.compare_first(pc.connection, **doing())

    pc.run()

    connection = pc.connection
    assert not connection.paused
    assert connection.attention_code == ""
    assert connection.notice["code"] == "welcome_back"
    assert connection.notice["read"] == 1


def test_n11_a_short_pause_is_no_absence_and_resume_sends_at_once(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    pc.run()
    services.pause(pc.connection, **doing())
    a_client(business, "Anna")
    assert not returning.was_away(pc.connection, datetime.now(tz=UTC))

    services.resume(pc.connection, **doing())
    pc.run()

    assert there(pc, "Anna") is not None
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert [each for each in actions if each.endswith("the sync")] == [
        "pause the sync",
        "resume the sync",
    ]
