"""Whether a commit that the database has confirmed survives a power cut.

Everything rests on it: what QuickBooks answered is committed before the Web Connector hears that we
have it. A database that may forget confirmed commits would make us send a record twice.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

_SQLITE_SAFE = {2, 3}  # PRAGMA synchronous: FULL, EXTRA (sqlite.org/pragma.html).
_POSTGRES_SAFE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    # "off" and "local" confirm before the disk, or before the standby that was asked for, has it.
    "synchronous_commit": {"on", "remote_apply", "remote_write"},
}


def require_durable() -> None:
    """Look at the database's settings.

    :raises ImproperlyConfigured: if a confirmed commit could be lost.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            unsafe = [] if cursor.fetchone()[0] in _SQLITE_SAFE else ["synchronous"]
        else:
            unsafe = []
            for name, safe in _POSTGRES_SAFE.items():
                cursor.execute(f"SHOW {name}")
                if cursor.fetchone()[0] not in safe:
                    unsafe.append(name)
    if unsafe:
        raise ImproperlyConfigured(
            f"The database may lose what it has confirmed ({', '.join(unsafe)} is off): a record"
            " could be sent to QuickBooks twice. Turn it on in the database's settings."
        )
