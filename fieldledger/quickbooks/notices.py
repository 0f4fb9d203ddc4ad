"""What people are told by e-mail: silence and its end, what needs somebody, wrong passwords.

Each thing is written once for each person, under its cause, whatever program sees it first and
however often it is seen: the database holds a cause once. Nothing is kept in the process.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from django.conf import settings
from django.db.models import Count, Max

from fieldledger.accounts.models import Membership, Role
from fieldledger.accounts.roles import Right, may
from fieldledger.accounts.services import actor_of
from fieldledger.quickbooks import hours
from fieldledger.quickbooks.approving import APPROVAL
from fieldledger.quickbooks.attention import SHOWN_STATES
from fieldledger.quickbooks.letter_rows import Letter, Notice, NoticeChoice
from fieldledger.quickbooks.models import KIND_OF_RANK, Connection, SyncEntry
from fieldledger.quickbooks.silence import is_silent
from fieldledger.sync.content import State

# A letter about something that has been over for long would only confuse.
_NEWS_FOR: Final = dt.timedelta(days=3)
_HOUR: Final = dt.timedelta(hours=1)
_SIGNED: Final = """
--
Fieldledger. Choose which notices you want: {url}/quickbooks/notices
"""


def chosen_by(membership: Membership) -> list[str]:
    """Return the notices that a person gets; owners get all of them until they choose."""
    choice = NoticeChoice.objects.filter(membership=membership).first()
    return _wanted(membership, choice)


def choose(membership: Membership, notices: Iterable[str]) -> None:
    """Keep which notices a person wants; what is no notice is left out."""
    wanted = [str(each) for each in Notice if each in set(notices)]
    NoticeChoice.objects.update_or_create(membership=membership, defaults={"notices": wanted})


def look(*, now: dt.datetime) -> int:
    """Write the letters that are due for what is so now; return how many were written."""
    # Nobody is written to about a training business.
    connections = Connection.objects.filter(enabled=True, business__learner=None).select_related(
        "business"
    )
    return sum(_look_at(each, now) for each in connections.order_by("pk").iterator())


def prune(*, before: dt.datetime, at_once: int) -> int:
    """Forget the oldest letters that are done, a bounded number; return how many."""
    done = Letter.objects.filter(due_at=None, created_at__lt=before).order_by("pk")
    oldest = list(done.values_list("pk", flat=True)[:at_once])
    count, _ = Letter.objects.filter(pk__in=oldest).delete() if oldest else (0, {})
    return count


def _look_at(connection: Connection, now: dt.datetime) -> int:
    local = hours.local(connection, now)
    row = hours.hours_of(connection)
    in_office = hours.office_hours(row).end_at(local) is not None
    written = 0
    if connection.paused or connection.attention_code:
        pass  # Somebody knows: whoever paused it, or everybody who sees the banner.
    elif is_silent(connection, now=now):
        written += _silence(connection, now) if in_office else 0
    else:
        written += _recovery(connection, now)
    written += _wrong_password(connection, now)
    if in_office:
        written += _attention(connection, local, now)
        written += _approval(connection, now)
    return written


def _silence(connection: Connection, now: dt.datetime) -> int:
    last = connection.last_contact_at
    assert last is not None
    local = hours.local(connection, last)
    passed = round((now - last).total_seconds() / 60)
    usual = round((connection.contact_interval_s or 0) / 60)
    computer = connection.computer or "the computer with QuickBooks"
    usually = f"; usually it calls every {usual} min" if usual else ""
    body = f"""\
The Web Connector of {connection.business} has not called for {passed} minutes, since \
{local:%A, %B %-d, %-I:%M %p}{usually}. Nothing is lost: what waits goes with its next call.

Whose move it is: whoever is at {computer}. Look at these, in this order:
1. {computer} is asleep or switched off. Wake it, and sign in to Windows.
2. The Web Connector is closed. In QuickBooks: File > App Management > Update Web Services.
3. QuickBooks shows a window that waits for an answer. Answer it; look behind the other windows.
4. The password in the Web Connector is not the right one, or the box is not ticked.

Where to look: {settings.PUBLIC_URL}/quickbooks/
"""
    subject = f"No call from QuickBooks for {passed} minutes: {connection.business}"
    told = _recipients(connection, Notice.SILENCE)
    return _insert(connection, told, f"silence {last.isoformat()}", (subject, body), now)


def _recovery(connection: Connection, now: dt.datetime) -> int:
    """Tell those who were told of the silence that it is over."""
    last = connection.last_contact_at
    if last is None:
        return 0
    told = Letter.objects.filter(
        connection=connection, cause__startswith="silence ", created_at__gt=now - _NEWS_FOR
    ).select_related("membership__user")
    over = [each for each in told if each.cause != f"silence {last.isoformat()}"]
    if not over:
        return 0
    local = hours.local(connection, last)
    body = f"""\
The Web Connector of {connection.business} calls again, last at {local:%A, %B %-d, %-I:%M %p}. \
What had been waiting is on its way.

Whose move it is: nobody's. There is nothing to do.

Where to look: {settings.PUBLIC_URL}/quickbooks/
"""
    subject = f"QuickBooks is back: {connection.business}"
    return sum(
        _insert(connection, [each.membership], f"end of {each.cause}", (subject, body), now)
        for each in over
    )


def _wrong_password(connection: Connection, now: dt.datetime) -> int:
    """Tell of wrong passwords, once a day: a Web Connector that keeps one tries every time."""
    at = connection.wrong_password_at
    if at is None or now - at > dt.timedelta(days=1):
        return 0
    local = hours.local(connection, at)
    body = f"""\
On {local:%A, %B %-d} at {local:%-I:%M %p} somebody called with the user name of \
{connection.business}'s Web Connector and a wrong password. It was let in nowhere.

Whose move it is: whoever is at the QuickBooks computer, if the password was made anew or mistyped:
1. Copy the password in Fieldledger: {settings.PUBLIC_URL}/quickbooks/connection
2. Paste it into the Password field of the Web Connector and select Yes to save it.
3. Tick the box again, then Update Selected.

If nobody of yours has tried, make a new password on the same page. The one that is in use goes on
until the new one is used.
"""
    subject = f"A wrong password was tried: {connection.business}"
    cause = f"password {local:%Y-%m-%d}"
    told = _recipients(connection, Notice.PASSWORD)
    return _insert(connection, told, cause, (subject, body), now)


def _attention(connection: Connection, local: dt.datetime, now: dt.datetime) -> int:
    """Tell once a working day what needs somebody, if anything has come since the last time."""
    cause = f"attention {local:%Y-%m-%d}"
    letters = Letter.objects.filter(connection=connection, cause__startswith="attention ")
    last = letters.aggregate(at=Max("created_at"))["at"]
    if last is not None and hours.local(connection, last).date() == local.date():
        return 0
    told = _recipients(connection, Notice.ATTENTION)
    if not told:
        return 0  # Before anything is counted: nobody's letter ends the looking for today.
    entries = SyncEntry.objects.filter(connection=connection, state__in=SHOWN_STATES)
    if last is not None and not entries.filter(updated_at__gt=last).exists():
        return 0
    counts = list(entries.values_list("rank").annotate(number=Count("pk")).order_by("rank"))
    if not counts:
        return 0
    total = sum(number for _, number in counts)
    lines = "\n".join(
        f"- {number} {KIND_OF_RANK[rank]}{'' if number == 1 else 's'}" for rank, number in counts
    )
    stand = "record needs" if total == 1 else "records need"
    body = f"""\
{total} {stand} somebody before QuickBooks has them as they are here:
{lines}

Whose move it is: yours, or a colleague's. Each cause has its own card that says what to do, and one
answer for all that are alike.

Where to click: {settings.PUBLIC_URL}/quickbooks/attention
"""
    subject = f"{total} {stand} somebody: {connection.business}"
    return _insert(connection, told, cause, (subject, body), now)


def _approval(connection: Connection, now: dt.datetime) -> int:
    """Tell whoever may approve what waits for them, if anything has come since the last letter."""
    told = _recipients(connection, Notice.APPROVAL)
    told = [each for each in told if may(each.role, Right.APPROVE)]
    if not told:
        return 0
    waiting = SyncEntry.objects.filter(connection=connection, state=State.HELD, code=APPROVAL)
    asked = list(waiting.values_list("asked_by", "updated_at"))
    written = 0
    for each in told if asked else ():
        mine = [at for by, at in asked if by != actor_of(each.user)]
        letters = Letter.objects.filter(membership=each, cause__startswith="approval ")
        last = letters.aggregate(at=Max("created_at"))["at"]
        if not mine or (last is not None and (now - last < _HOUR or max(mine) <= last)):
            continue
        number = f"{len(mine)} wait{'s' * (len(mine) == 1)}"
        body = f"""\
{number} for your approval before it goes to QuickBooks: somebody else asked for it, and a rule of
approval holds it.

Whose move it is: yours, or that of another who may approve. Approve it, or refuse it with a reason.

Where to click: {settings.PUBLIC_URL}/quickbooks/log/?state=held&code={APPROVAL}
"""
        subject = f"{number} for your approval: {connection.business}"
        cause = f"approval {now.isoformat()}"
        written += _insert(connection, [each], cause, (subject, body), now)
    return written


def _insert(
    connection: Connection,
    told: Sequence[Membership],
    cause: str,
    words: tuple[str, str],
    now: dt.datetime,
) -> int:
    """Write to each of them, with this subject and body, unless the cause has had its letter."""
    known = set(
        Letter.objects.filter(connection=connection, membership__in=told, cause=cause).values_list(
            "membership_id", flat=True
        )
    )
    new = [
        Letter(
            connection=connection,
            membership=each,
            cause=cause,
            subject=words[0][:200],
            body=words[1] + _SIGNED.format(url=settings.PUBLIC_URL),
            created_at=now,
            due_at=now,
        )
        for each in told
        if each.pk not in known
    ]
    # Two programs may see the same at once: the database keeps the first.
    Letter.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _recipients(connection: Connection, notice: Notice) -> list[Membership]:
    members: Sequence[Membership] = list(
        Membership.objects.filter(business=connection.business_id, user__is_active=True)
        .select_related("user")
        .order_by("pk")
    )
    choices = {
        each.membership_id: each for each in NoticeChoice.objects.filter(membership__in=members)
    }
    return [each for each in members if notice in _wanted(each, choices.get(each.pk))]


def _wanted(membership: Membership, choice: NoticeChoice | None) -> list[str]:
    if not may(membership.role, Right.QUEUE):
        return []  # A technician sees nothing of QuickBooks, by mail neither.
    if choice is not None:
        return list(choice.notices)
    if membership.role == Role.OWNER:
        return [str(each) for each in Notice]
    # Whoever may approve has to move, whether they chose notices or not.
    return [str(Notice.APPROVAL)] if may(membership.role, Right.APPROVE) else []
