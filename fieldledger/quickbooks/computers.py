"""Which computer may sync: one at a time holds the lease; another is refused before any write.

What a Web Connector tells of its computer is its name, which it writes into the company's AppLock
when a session begins ("LOCKED:<machine>:<ticks>", Intuit QBWC Programmer's Guide ch. 8), and the
path under which the company file is open there. Without a name, nothing tells two computers from
one whose address has changed, until the ticket that a newer sign-in has ended goes on being used
from another address: then two are alive.

The lease is the holder's until it has been silent for two of its usual intervals. Then another
computer with the very same file takes over by itself, for only one can ever write at a time;
another file, or a computer that a person has refused, never does.
"""

from datetime import datetime, timedelta
from pathlib import PureWindowsPath
from typing import Any, Final

from fieldledger.accounts.services import THE_SYSTEM, audit
from fieldledger.quickbooks.company import Company, CompanyRefused
from fieldledger.quickbooks.context import Context, SessionStops
from fieldledger.quickbooks.models import Computer, Connection, Session
from fieldledger.quickbooks.tables import update_one

SECOND_COMPUTER: Final = "second_computer"
FILE_COPIED: Final = "file_copied"
# Notices: they stop nothing.
FILE_MOVED: Final = "file_moved"
TAKEN_OVER: Final = "taken_over"
TWO_CONNECTORS: Final = "two_connectors"

ANY: Final = "*"
LEASE_MIN_S: Final = 120.0
LEASE_MAX_S: Final = 24 * 3600.0
LEFT_MAX: Final = 10  # Paths remembered under which the company file was open before.
# A laptop that wakes up uses a dead ticket once; two computers do it again and again.
STRAYS_OF_ONE: Final = 1


class Barred(SessionStops):
    """A computer that a person has refused: decided already, so nobody is asked again."""


def lease_s(connection: Connection) -> float:
    """Return how long after its holder's last call a lease ends."""
    usual_s = 2.0 * (connection.contact_interval_s or 0)
    return min(max(LEASE_MIN_S, usual_s), LEASE_MAX_S)


def is_lease_live(connection: Connection, now: datetime) -> bool:
    """Whether the computer that may sync has called lately.

    A call that lies far ahead was noted while our own clock was wrong, and is no sign of life.
    """
    seen = connection.lease_seen_at
    return seen is not None and abs((now - seen).total_seconds()) < lease_s(connection)


def is_same_file(one: str, other: str) -> bool:
    """Whether two paths can be one file: equal, or one name on a share reached in two ways.

    What is not known is nobody's proof of a difference.
    """
    if not one or not other or one.casefold() == other.casefold():
        return True
    first, second = PureWindowsPath(one), PureWindowsPath(other)
    return (
        first.name.casefold() == second.name.casefold() and _is_shared(first) and _is_shared(second)
    )


def _is_shared(path: PureWindowsPath) -> bool:
    """Whether a path leads off the PC: over the network, or to a drive that is not its own."""
    return path.drive.startswith("\\\\") or path.drive.upper() not in {"", "C:"}


def admit(connection: Connection, session: Session, company: Company, path: str) -> None:
    """Let the session's computer and its company file in, or refuse them; note what was seen.

    The company is the right one by its mark. The caller saves the connection.

    :raises CompanyRefused: for a second computer, or a file that may be a copy.
    """
    now = session.last_call_at
    computer = _see(connection, session, company.computer, path)
    holder = connection.computer
    is_other = bool(company.computer and holder and company.computer.upper() != holder.upper())
    if connection.initial_started_at is None:
        # Nothing has been sent yet: somebody may still try which computer it is to be.
        connection.fingerprint = {}
    elif is_other:
        _admit_other(connection, computer, path, now)
    elif path:
        _admit_path(connection, path, now)
    _remember(connection, company, path)
    connection.computer = company.computer or holder
    connection.lease_address, connection.lease_seen_at = session.address, now


def _see(connection: Connection, session: Session, name: str, path: str) -> Computer:
    now = session.last_call_at
    computer, _ = Computer.objects.update_or_create(
        connection=connection,
        key=(name.upper() or session.address)[:120],
        defaults={"address": session.address, "last_seen_at": now}
        | ({"company_file": path} if path else {}),
        create_defaults={
            "name": name,
            "address": session.address,
            "company_file": path,
            "first_seen_at": now,
            "last_seen_at": now,
        },
    )
    return computer


def _admit_other(connection: Connection, computer: Computer, path: str, now: datetime) -> None:
    """Decide about a computer that does not hold the lease."""
    holder, name = connection.computer, computer.name
    if connection.expected_computer in {ANY, name} and connection.expected_computer:
        connection.expected_computer = ""
        Computer.objects.filter(pk=computer.pk).update(refused_at=None, barred_at=None)
        aside = set(connection.fingerprint.get("put_aside", [])) - {path.casefold()}
        connection.fingerprint = {
            **connection.fingerprint,
            "left": [],
            "put_aside": sorted(aside),
        }
        connection.company_file = path or connection.company_file
        _take_over(connection, name, now)
        _audit(connection, "hand over to a computer", now, computer=name, instead_of=holder)
        return
    if computer.barred_at is not None:
        _refuse(computer, now)
        raise Barred(
            f"{name} may not sync: somebody in Fieldledger refused it. {holder} may. Nothing was"
            " sent.",
        )
    if not is_same_file(connection.company_file, path):
        connection.paused = True
        _refuse(computer, now)
        _audit(connection, "refuse a second company file", now, computer=name, holder=holder)
        raise CompanyRefused(
            FILE_COPIED,
            f"There may be two copies of the company file: {holder} has {connection.company_file}"
            f" open, and {name} has {path}. Nothing is sent until somebody says in Fieldledger"
            " which one is right.",
        )
    if is_lease_live(connection, now):
        if computer.refused_at is None:
            _audit(connection, "refuse a second computer", now, computer=name, holder=holder)
        _refuse(computer, now)
        raise CompanyRefused(
            SECOND_COMPUTER,
            f"{holder} may sync; {name} was refused. Both use this business's setup file, and only"
            " one of them can keep QuickBooks in step. Nothing was sent from it. Decide in"
            " Fieldledger whether it takes over.",
        )
    _take_over(connection, name, now)
    _audit(connection, "take over from a silent computer", now, computer=name, instead_of=holder)


def _take_over(connection: Connection, name: str, now: datetime) -> None:
    connection.notice = {
        "code": TAKEN_OVER,
        "computer": name,
        "instead_of": connection.computer,
        "at": now.isoformat(),
    }
    if connection.attention_code == SECOND_COMPUTER:
        connection.attention_code = connection.attention_message = ""
        connection.found = {}


def _admit_path(connection: Connection, path: str, now: datetime) -> None:
    """Decide about the file that the lease's own computer has open."""
    known = connection.company_file
    remembered = connection.fingerprint
    if path.casefold() in remembered.get("put_aside", []):
        raise CompanyRefused(
            "wrong_file",
            f"{path} is a copy that somebody in Fieldledger has put aside. Open {known} in"
            " QuickBooks, then press Update Selected again. Nothing was sent.",
        )
    if is_same_file(known, path):
        return
    left = remembered.get("left", [])
    if path.casefold() in left:
        connection.paused = True
        _audit(connection, "refuse a second company file", now, computer=connection.computer)
        raise CompanyRefused(
            FILE_COPIED,
            f"There may be two copies of the company file: {path} is open again, and {known} was"
            " open since. Nothing is sent until somebody says in Fieldledger which one is right.",
        )
    connection.fingerprint = {**remembered, "left": [*left, known.casefold()][-LEFT_MAX:]}
    connection.notice = {"code": FILE_MOVED, "was": known, "path": path, "at": now.isoformat()}
    _audit(connection, "follow a moved company file", now, computer=connection.computer)


def _remember(connection: Connection, company: Company, path: str) -> None:
    """Keep by what a person recognises the linked file."""
    kept = {key: connection.fingerprint[key] for key in _KEPT if key in connection.fingerprint}
    connection.fingerprint = kept | fingerprint_of(company, path or connection.company_file)


_KEPT: Final = ("left", "put_aside")


def fingerprint_of(company: Company, path: str) -> dict[str, Any]:
    """Return what a person sees of a company file, ours and another side by side."""
    return {
        "name": company.name,
        **company.about,
        "path": path,
        "product": company.product,
        "mark": str(company.file_id or ""),
        "computer": company.computer,
    }


def _refuse(computer: Computer, now: datetime) -> None:
    Computer.objects.filter(pk=computer.pk).update(refused_at=now)


def audit_refusal(connection: Connection, code: str, now: datetime) -> None:
    """Note in the audit trail that a company file was refused; once for each time it begins."""
    if code not in {SECOND_COMPUTER, FILE_COPIED, connection.attention_code}:
        _audit(connection, "refuse a company file", now, why=code)


def _audit(connection: Connection, action: str, now: datetime, **details: Any) -> None:
    audit(
        business=connection.business,
        actor=THE_SYSTEM,
        action=action,
        subject=str(connection.guid),
        details=details,
        now=now,
    )


def is_turned_away(connection: Connection, context: Context) -> bool:
    """Whether a sign-in comes from where only refused computers have called from.

    One that a person refused always; one that awaits a decision while another's session runs,
    which a sign-in would break off.
    """
    at = context.address
    if not at or at == connection.lease_address:
        return False
    here = list(Computer.objects.filter(connection=connection, address=at))
    if not here or not all(each.refused_at for each in here):
        return False
    if all(each.barred_at for each in here):
        return True
    if connection.expected_computer:
        return False
    lately = context.now - timedelta(seconds=LEASE_MIN_S)
    return (
        Session.objects.filter(
            connection=connection, closed_at__isnull=True, is_verified=True, last_call_at__gt=lately
        )
        .exclude(address=at)
        .exists()
    )


def note_stray(connection: Connection, session: Session, context: Context) -> None:
    """Notice two computers that cannot be told apart by name: both are alive.

    A ticket that a newer sign-in has ended is used again, from another address than that sign-in's.
    """
    newest = Session.objects.filter(connection=connection).order_by("-pk").first()
    if newest is None or newest.pk == session.pk or newest.address == context.address:
        return
    before = connection.notice
    count = before.get("count", 0) if before.get("code") == TWO_CONNECTORS else 0
    if before and not count:
        return  # Something else is to be read first.
    connection.notice = {
        "code": TWO_CONNECTORS,
        "addresses": sorted({newest.address, context.address}),
        "count": count + 1,
        "at": context.now.isoformat(),
    }
    update_one(Connection, connection.pk, {"notice": connection.notice})
