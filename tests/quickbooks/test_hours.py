"""Quiet hours (I5.7): the Web Connector is told that nothing goes; what waits goes afterwards."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from fieldledger.office import services as office_services
from fieldledger.quickbooks import hours, services
from fieldledger.quickbooks.services import Mistaken, NotPossible
from fieldledger.sync.hours import Hours
from tests.support.office_pc import OfficePc

ZONE = ZoneInfo("America/New_York")
NIGHT = Hours(begin=time(22), end=time(6), days=frozenset({0}))  # Monday night.


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=ZONE)  # May 4th is a Monday.


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (at(4, 21, 59), None),
        (at(4, 22), at(5, 6)),
        (at(5, 5, 59), at(5, 6)),
        (at(5, 6), None),
        (at(4, 2), None),  # Sunday's night is none of them.
        (at(5, 23), None),
    ],
)
def test_hours_past_midnight_belong_to_the_day_they_begin_on(
    now: datetime, ends: datetime | None
) -> None:
    assert NIGHT.end_at(now) == ends


def test_hours_end_by_the_wall_clock_when_clocks_are_changed() -> None:
    before = datetime(2026, 3, 7, 23, tzinfo=ZONE)  # Clocks go forward in this night.
    ends = Hours(begin=time(22), end=time(6)).end_at(before)

    assert ends is not None
    assert (ends.hour, ends.astimezone(UTC).hour) == (6, 10)


@pytest.fixture
def waiting(pc: OfficePc) -> OfficePc:
    pc.set_up()
    for _ in range(3):
        pc.run()
    office_services.create_client(
        business=pc.business, values={"name": "Zoe"}, now=datetime.now(tz=UTC)
    )
    return pc


def be_quiet(pc: OfficePc) -> None:
    """Let the quiet hours of the business be these two."""
    local = hours.local(pc.connection, datetime.now(tz=UTC))
    services.save_hours(
        pc.connection,
        office_begin=time(8),
        office_end=time(18),
        office_days=[0, 1, 2, 3, 4],
        quiet=((local - timedelta(hours=1)).time(), (local + timedelta(hours=1)).time()),
        actor="Dana",
        now=datetime.now(tz=UTC),
    )


@pytest.mark.django_db
def test_in_quiet_hours_nothing_goes_and_the_web_connector_shows_why(waiting: OfficePc) -> None:
    be_quiet(waiting)

    assert "Quiet hours in Fieldledger" in waiting.goodbye()
    assert waiting.states()["pending"] == 1

    services.send_anyway(waiting.connection, actor="Dana", now=datetime.now(tz=UTC))
    waiting.run()

    assert "pending" not in waiting.states()


@pytest.mark.django_db
def test_sent_anyway_holds_for_these_quiet_hours_alone(waiting: OfficePc) -> None:
    be_quiet(waiting)
    now = hours.local(waiting.connection, datetime.now(tz=UTC))
    services.send_anyway(waiting.connection, actor="Dana", now=now)
    row = hours.hours_of(waiting.connection)

    assert hours.quiet_until(row, now) is None
    assert hours.quiet_until(row, now + timedelta(days=1)) is not None
    with pytest.raises(NotPossible, match="no quiet hours"):
        services.send_anyway(waiting.connection, actor="Dana", now=now)


@pytest.mark.django_db
def test_the_set_up_is_never_held_up_by_quiet_hours(pc: OfficePc) -> None:
    pc.install()
    be_quiet(pc)
    services.go_next(pc.connection, actor="Dana", now=datetime.now(tz=UTC))

    assert pc.run().outcome == "done"
    assert pc.connection.connected_at is not None


@pytest.mark.django_db
def test_hours_without_a_day_or_of_a_whole_day_are_refused(pc: OfficePc) -> None:
    with pytest.raises(Mistaken) as refused:
        services.save_hours(
            pc.connection,
            office_begin=time(8),
            office_end=time(18),
            office_days=[],
            quiet=(time(3), time(3)),
            actor="Dana",
            now=datetime.now(tz=UTC),
        )

    assert refused.value.errors.keys() == {"office_days", "quiet_end"}
