"""What this installation knows of a connection, for a simulation that runs beside it."""

import os
from pathlib import Path

import django
from django.conf import settings
from django.db import DatabaseError

SETTINGS = "fieldledger.website.settings"


def setup_ids(username: str) -> tuple[str, str] | None:
    """Return the OwnerID and FileID that the setup file of `username` holds, in braces.

    None where there is no installation here (FIELDLEDGER_DATA, DATABASE_URL), or it does not know
    the name: the server may be another machine's.
    """
    folder = Path(os.environ.get("FIELDLEDGER_DATA") or "data")
    if not settings.configured:
        if not folder.is_dir() and not os.environ.get("DATABASE_URL"):
            return None
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
        django.setup()
    # Models can be imported only now that Django has been started.
    from fieldledger.quickbooks.company import OWNER_ID  # noqa: PLC0415
    from fieldledger.quickbooks.models import Connection  # noqa: PLC0415

    try:
        found = Connection.objects.filter(username=username).values_list("file_id").first()
    except DatabaseError:  # Not set up yet, or not reachable from here.
        return None
    return (f"{{{OWNER_ID}}}", f"{{{found[0]}}}") if found else None
