"""What a person decides about company files and computers; each decision is in the audit trail.

Nothing here sends anything. A decision lets the next session in, or keeps it out.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from fieldledger.quickbooks import computers, returning, verification
from fieldledger.quickbooks.changing import locking, note
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import Computer, Connection

WRONG_FILE: Final = "wrong_file"
RELINKED_SENTENCE: Final = (
    "The link was moved to another company file by hand. The next session looks at it, and looks up"
    " every record there, before anything is sent."
)


def mark_of_found(connection: Connection) -> UUID | None:
    """Return the mark that the refused company file carries."""
    try:
        return UUID(connection.found.get("mark", ""))
    except ValueError:
        return None


def why_not_relinked(connection: Connection) -> str:
    """Return why the file that was refused cannot be linked instead; "" if it can."""
    if connection.attention_code != WRONG_FILE or not connection.found:
        return "No other company file waits for a decision."
    mark = mark_of_found(connection)
    if mark is None:
        return (
            "It carries no mark of a setup file, by which it would be recognised again. Add the"
            " setup file to it in the Web Connector first."
        )
    if Connection.objects.filter(file_id=mark).exclude(pk=connection.pk).exists():
        return "It belongs to another business in Fieldledger."
    return ""


@locking
def relink_company(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Take the company file that was refused for the linked one, under the mark it carries.

    The setup file keeps its ids. Every record is looked up before anything is sent.

    :raises NotPossible: if no file was refused, or it can be told to be another business's.
    """
    why_not = why_not_relinked(connection)
    if why_not:
        raise NotPossible(why_not)
    found = connection.found
    connection.accepted_mark = mark_of_found(connection)
    connection.company_file = found["path"] or connection.company_file
    connection.expected_computer = found["computer"]
    connection.found = {}
    verification.await_check(connection, verification.RELINKED, RELINKED_SENTENCE)
    note(connection, "link another company file", actor, now, mark=str(connection.accepted_mark))
    return connection


@locking
def expect_computer(
    connection: Connection, *, expected: bool, actor: str, now: datetime
) -> Connection:
    """Let the next computer that calls take over, whichever it is; or let none any more."""
    wanted = computers.ANY if expected else ""
    if connection.expected_computer != wanted:
        connection.expected_computer = wanted
        done = "await a new computer" if expected else "await no new computer"
        note(connection, done, actor, now, instead_of=connection.computer)
    return connection


@locking
def hand_over(connection: Connection, *, computer: str, actor: str, now: datetime) -> Connection:
    """Let a computer that was seen take over from the one that may sync.

    :raises Mistaken: if there is no such computer.
    """
    seen = _computer(connection, computer)
    connection.expected_computer = seen.name
    Computer.objects.filter(pk=seen.pk).update(refused_at=None, barred_at=None)
    _answered(connection)
    note(connection, "let a computer take over", actor, now, computer=str(seen))
    return connection


@locking
def refuse_computer(
    connection: Connection, *, computer: str, actor: str, now: datetime
) -> Connection:
    """Keep a computer out, even when the other one is silent.

    :raises Mistaken: if there is no such computer.
    :raises NotPossible: if it is the one that may sync.
    """
    seen = _computer(connection, computer)
    if seen.name.upper() == connection.computer.upper():
        raise NotPossible(f"{seen} is the computer that may sync. Hand over to another one first.")
    Computer.objects.filter(pk=seen.pk).update(refused_at=now, barred_at=now)
    if connection.expected_computer == seen.name:
        connection.expected_computer = ""
    if connection.found.get("computer", "").upper() == seen.name.upper():
        _answered(connection)
    note(connection, "refuse a computer", actor, now, computer=str(seen))
    return connection


def _computer(connection: Connection, name: str) -> Computer:
    found = Computer.objects.filter(connection=connection, key=name.upper()).first()
    if found is None or not found.name:
        raise Mistaken({"computer": ["No computer of this name has called."]})
    return found


@locking
def keep_file(connection: Connection, *, path: str, actor: str, now: datetime) -> Connection:
    """Say which of two copies of the company file is the right one; the other is put aside.

    :raises NotPossible: if no two files wait for a decision.
    :raises Mistaken: if it is neither of the two.
    """
    opened, linked = _two_files(connection)
    if path.casefold() not in {opened.casefold(), linked.casefold()}:
        raise Mistaken({"path": ["Choose one of the two company files."]})
    keeps_linked = path.casefold() == linked.casefold()
    aside = opened if keeps_linked else linked
    _follow(connection, linked if keeps_linked else opened)
    if not keeps_linked:
        connection.expected_computer = connection.found.get("computer", "")
    else:
        Computer.objects.filter(
            connection=connection, key=connection.found.get("computer", "").upper()
        ).exclude(key=connection.computer.upper()).update(refused_at=now, barred_at=now)
    _put_aside(connection, aside)
    _answered(connection)
    note(connection, "choose between two company files", actor, now, kept=path, aside=aside)
    return connection


def _two_files(connection: Connection) -> tuple[str, str]:
    """Return the file that was refused and the linked one."""
    opened = connection.found.get("path", "")
    if connection.attention_code != computers.FILE_COPIED or not opened:
        raise NotPossible("No two company files wait for a decision.")
    return opened, connection.company_file


def _follow(connection: Connection, path: str) -> None:
    connection.company_file = path
    connection.fingerprint = {**connection.fingerprint, "left": []}


def _put_aside(connection: Connection, path: str) -> None:
    aside = connection.fingerprint.get("put_aside", [])
    connection.fingerprint = {
        **connection.fingerprint,
        "put_aside": sorted({*aside, path.casefold()} - {connection.company_file.casefold()}),
    }


@locking
def put_copy_aside(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Say that the file which was followed under a new path is a copy: go back to the old path.

    :raises NotPossible: if no file was followed lately.
    """
    notice = connection.notice
    if notice.get("code") != computers.FILE_MOVED:
        raise NotPossible("The company file has not been moved lately.")
    _follow(connection, notice["was"])
    _put_aside(connection, notice["path"])
    connection.notice = {}
    note(connection, "put a copy of the company file aside", actor, now, aside=notice["path"])
    return connection


@locking
def dismiss_notice(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Take a notice away that has been read."""
    if connection.notice:
        note(connection, "dismiss a notice", actor, now, notice=connection.notice.get("code", ""))
        connection.notice = {}
    return connection


@locking
def resume(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Go on; where a person had to confirm something, this is the yes."""
    if not (connection.paused or connection.attention_code or connection.comparison):
        return connection
    found, asked = connection.found, connection.attention_code
    match asked:
        case computers.SECOND_COMPUTER:
            connection.expected_computer = found.get("computer", "")
        case computers.FILE_COPIED:
            # What is open is right; if the other one comes again, it is asked again.
            _follow(connection, found.get("path", "") or connection.company_file)
            connection.expected_computer = found.get("computer", "")
    if connection.comparison:
        returning.go_on(connection, now=now)
    connection.paused = False
    _answered(connection)
    returning.end_absence(connection)
    if asked not in verification.BANNERS:
        verification.remind(connection)
    note(connection, "resume the sync", actor, now)
    return connection


def _answered(connection: Connection) -> None:
    """Take the question away, the pause that it had made, and the reason why nothing went."""
    if connection.attention_code == computers.FILE_COPIED:
        connection.paused = False
    decided = connection.attention_code in {computers.SECOND_COMPUTER, computers.FILE_COPIED}
    if decided and connection.last_error == connection.attention_message:
        connection.last_error, connection.last_error_at = "", None
    connection.attention_code = connection.attention_message = ""
    connection.found = {}
