"""The set-up, step by step: switch, setup file, password, import, and what comes after.

Every function locks the connection, does one thing and notes it in the audit trail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import IntegrityError, transaction

from fieldledger.accounts.models import Business
from fieldledger.qbwc.setup_file import CannotBeReached, write_setup_file
from fieldledger.quickbooks import fencing, initial_sync, passwords, planning, returning, watching
from fieldledger.quickbooks.changing import locking, note
from fieldledger.quickbooks.company import OWNER_ID
from fieldledger.quickbooks.entries import lock
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import Connection, PlanRow, Stage
from fieldledger.quickbooks.plan_renewal import catch_up
from fieldledger.quickbooks.remapping import changed_mapping
from fieldledger.sync.fence import Fence
from fieldledger.sync.matching import Strategy

APP_NAME: Final = "Fieldledger"
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - compared, not listened on.


@dataclass(frozen=True, slots=True)
class Password:
    """What a person types into the Web Connector; shown, never logged."""

    username: str
    password: str


def connection_of(business: Business) -> Connection:
    """Return the business's connection, made on first use, switched off."""
    found = Connection.objects.filter(business=business).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Connection.objects.create(business=business, username=passwords.new_username())
    except IntegrityError:  # Another request made it in the same moment.
        return Connection.objects.get(business=business)


@locking
def set_enabled(connection: Connection, *, enabled: bool, actor: str, now: datetime) -> Connection:
    """Turn the Feature Center's switch. Off keeps the queue and refuses the connector politely."""
    if connection.enabled != enabled:
        connection.enabled = enabled
        if enabled and connection.stage == Stage.OFF:
            connection.stage = Stage.INSTALL
        if enabled:
            returning.end_absence(connection)
        else:
            returning.note_absence(connection, now)
        note(connection, "switch QuickBooks " + ("on" if enabled else "off"), actor, now)
    return connection


def setup_file(connection: Connection, *, base_url: str, now: datetime) -> bytes:
    """Return the setup file; the same names and ids every time.

    `base_url` is the address the request came to, used unless a public address is configured.

    :raises NotPossible: if the Web Connector would refuse the address.
    """
    if not connection.enabled:
        raise NotPossible("Switch QuickBooks Desktop on in the Feature Center first.")
    base = _for_the_connector(settings.PUBLIC_URL_GIVEN or base_url)
    try:
        content = write_setup_file(
            app_name=APP_NAME,
            app_url=f"{base}/qbwc",
            app_description=f"Keeps QuickBooks in step with {APP_NAME}",
            app_support=f"{base}/qbwc/support",
            username=connection.username,
            owner_id=OWNER_ID,
            file_id=connection.file_id,
        )
    except CannotBeReached as error:
        raise NotPossible(str(error)) from error
    if connection.setup_file_at is None:
        Connection.objects.filter(pk=connection.pk).update(setup_file_at=now)
    return content


def _for_the_connector(url: str) -> str:
    """Return the address with this computer's name in place of its number (QBWC1001)."""
    parts = urlsplit(url)
    if parts.hostname in _LOCAL:
        port = f":{parts.port}" if parts.port else ""
        parts = parts._replace(netloc=f"localhost{port}")
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))


def new_password(connection: Connection, *, actor: str, now: datetime) -> Password:
    """Make a new password; the old one works until the new one is used, a day at most."""
    with transaction.atomic():
        current = lock(connection.pk)
        if not current.enabled:
            raise NotPossible("Switch QuickBooks Desktop on in the Feature Center first.")
        made = passwords.renew(current, now=now)
        current.save()
        note(current, "make a new connector password", actor, now)
    return Password(current.username, made)


def copy_password(connection: Connection, *, actor: str, now: datetime) -> Password:
    """Return the password while it may still be copied; else make a new one."""
    with transaction.atomic():
        current = lock(connection.pk)
        known = passwords.reveal(current, now=now)
        if known is not None:
            note(current, "copy the connector password", actor, now)
            return Password(current.username, known)
    return new_password(connection, actor=actor, now=now)


def password_for_companion(connection: Connection, *, now: datetime) -> str | None:
    """Return the password for the simulated Web Connector that runs beside a demo, if readable."""
    return passwords.reveal(connection, now=now)


NOT_CONNECTED: Final = (
    "The Web Connector has not completed a session yet. Press Update Selected in the Web"
    " Connector and let it finish; Next then becomes available by itself."
)


@locking
def go_next(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Go to the wizard's next step.

    :raises NotPossible: if this step is not done yet.
    """
    if not connection.enabled:
        raise NotPossible("Switch QuickBooks Desktop on in the Feature Center first.")
    match connection.stage:
        case Stage.INSTALL:
            connection.stage = Stage.AUTHORIZE
        case Stage.AUTHORIZE:
            if connection.connected_at is None:
                raise NotPossible(NOT_CONNECTED)
            connection.stage = Stage.IMPORT
        case Stage.IMPORT:
            connection.stage = Stage.INITIAL_SYNC
            if connection.lists_read_at is None:
                connection.reading_wanted = True
            else:
                initial_sync.lists_read(connection, now=now)
        case Stage.INITIAL_SYNC:
            raise NotPossible(
                "Approve the plan first."
                if connection.initial_started_at is None
                else "The initial sync is running; it ends by itself."
            )
        case _:
            raise NotPossible("The set-up is complete; there is no next step.")
    note(connection, f"go on to the set-up step {connection.stage}", actor, now)
    return connection


_CHOICES: Final[Mapping[str, tuple[str, ...] | None]] = {
    "clients": None,
    "items": None,
    "client_matching": tuple(Strategy),
    "resolve_client_conflicts": None,
    "resolve_item_conflicts": None,
    "rename_here": None,
    "review": None,
    "jobs": ("skip", "clients"),
    "inactive": ("skip", "archived"),
    "fence": tuple(Fence),
    "drift_watch": None,
}
_COLUMNS: Final = {"clients": "import_clients", "items": "import_items"}
# The switches about names, which the set-up asks for as well.
SETTINGS: Final = ("resolve_client_conflicts", "resolve_item_conflicts", "rename_here")


@locking
def choose_import(
    connection: Connection, *, choice: Mapping[str, Any], actor: str, now: datetime
) -> Connection:
    """Keep what to import and how to match; only what is named changes.

    :raises NotPossible: once the import is used, or the initial sync runs.
    :raises Mistaken: for a value that is none of the choices.
    """
    if connection.import_used_at is not None:
        raise NotPossible(
            f"The one-time import was used on {connection.import_used_at:%Y-%m-%d} by"
            f" {connection.import_used_by}. From now on data flows to QuickBooks only."
        )
    if connection.initial_started_at is not None:
        raise NotPossible("The initial sync has begun; its choices can no longer be changed.")
    if connection.stage not in {Stage.IMPORT, Stage.INITIAL_SYNC}:
        raise NotPossible("What to import is chosen in the set-up's third step, once connected.")
    _apply(connection, choice, tuple(_CHOICES))
    connection.import_asked_by = actor
    if connection.stage == Stage.INITIAL_SYNC and connection.lists_read_at is not None:
        initial_sync.lists_read(connection, now=now)
    note(connection, "choose what to import", actor, now, choice=dict(choice))
    return connection


@locking
def save_settings(
    connection: Connection, *, changes: Mapping[str, Any], actor: str, now: datetime
) -> Connection:
    """Change the settings that are always allowed to change.

    :raises Mistaken: for a value that cannot be.
    """
    _apply(connection, changes, (*SETTINGS, "fence", "drift_watch"))
    if "fence" in changes:
        fencing.try_again(connection)
    if "drift_watch" in changes:
        watching.switch(connection, now=now)
    note(connection, "change QuickBooks settings", actor, now, changes=dict(changes))
    return connection


def _apply(connection: Connection, values: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    errors: dict[str, list[str]] = {}
    for key, value in values.items():
        if key not in allowed:
            errors[key] = ["There is no such setting."]
            continue
        options = _CHOICES[key]
        if options is None and not isinstance(value, bool):
            errors[key] = ["Say true or false."]
        elif options is not None and value not in options:
            errors[key] = [f"Choose one of: {', '.join(options)}."]
        else:
            setattr(connection, _COLUMNS.get(key, key), value)
    if errors:
        raise Mistaken(errors)


@locking
def save_mapping(
    connection: Connection, *, changes: Mapping[str, Any], actor: str, now: datetime
) -> Connection:
    """Change the mapping; only what is named changes. Ids come from the lists QuickBooks sent.

    :raises Mistaken: for an id that is in no list, or a name that is no part of the mapping.
    """
    connection.mapping = changed_mapping(connection, changes)
    note(connection, "change the QuickBooks mapping", actor, now)
    return connection


@locking
def refresh_lists(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Let the next session read QuickBooks' lists anew."""
    connection.reading_wanted = True
    note(connection, "read the QuickBooks lists again", actor, now)
    return connection


@locking
def pause(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Send nothing until resumed; the queue is kept."""
    if not connection.paused:
        connection.paused = True
        returning.note_absence(connection, now)
        note(connection, "pause the sync", actor, now)
    return connection


@locking
def disconnect(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Switch off and end the password; links and queue are kept for coming back."""
    connection.enabled = False
    returning.note_absence(connection, now)
    connection.password_digest = connection.previous_digest = ""
    connection.sealed_password, connection.sealed_until = "", None
    note(connection, "disconnect QuickBooks", actor, now)
    return connection


def approve_plan(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Approve the plan of the initial sync; it then runs exactly so.

    What was made here since the plan was is matched by the same rules first.

    :raises NotPossible: if there is no plan to approve, or questions are open.
    """
    if not _asks(connection):
        catch_up(connection, now=now)
    return _approve(connection, actor=actor, now=now)


@locking
def _approve(connection: Connection, *, actor: str, now: datetime) -> Connection:
    if connection.stage != Stage.INITIAL_SYNC or connection.initial_started_at is not None:
        raise NotPossible("There is no plan to approve.")
    if connection.plan_made_at is None:
        raise NotPossible(
            "The plan is not there yet: the lists are still being read from QuickBooks."
        )
    if _asks(connection):
        raise NotPossible("Some rows still ask for a decision. Decide them, then approve.")
    connection.import_asked_by = actor
    initial_sync.carry_out(connection, now=now)
    note(connection, "approve the plan", actor, now)
    return connection


def _asks(connection: Connection) -> bool:
    return PlanRow.objects.filter(connection=connection, decision=planning.ASK).exists()
