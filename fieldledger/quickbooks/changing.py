"""Change a connection: lock it, do one thing, save it, and note who did it in the audit trail."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.quickbooks.entries import lock
from fieldledger.quickbooks.models import Connection

_P = ParamSpec("_P")


def locking(
    function: Callable[Concatenate[Connection, _P], Connection],
) -> Callable[Concatenate[Connection, _P], Connection]:
    """Give the function the connection as it is now, locked; save what it changes."""

    @wraps(function)
    def locked(connection: Connection, *args: _P.args, **kwargs: _P.kwargs) -> Connection:
        with transaction.atomic():
            current = lock(connection.pk)
            changed = function(current, *args, **kwargs)
            changed.save()
            return changed

    return cast("Callable[Concatenate[Connection, _P], Connection]", locked)


def note(connection: Connection, action: str, actor: str, now: datetime, **details: Any) -> None:
    """Write into the audit trail who did what to the connection; in the same transaction."""
    audit(
        business=connection.business,
        actor=actor,
        action=action,
        subject=str(connection.guid),
        details=details,
        now=now,
    )
