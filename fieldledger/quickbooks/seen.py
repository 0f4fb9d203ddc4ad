"""What the API shows of computers and comparisons."""

from typing import Any, Final

from fieldledger.quickbooks import computers, returning
from fieldledger.quickbooks.models import Computer, Connection

SHOWN_MAX: Final = 500


def computers_shape(connection: Connection) -> dict[str, Any]:
    """Return the computers that have called, and the lease."""
    holder = connection.computer.upper()
    found = Computer.objects.filter(connection=connection).order_by("-last_seen_at")[:SHOWN_MAX]
    return {
        "results": [
            {
                "name": each.name or None,
                "address": each.address,
                "company_file": each.company_file or None,
                "first_seen_at": each.first_seen_at.isoformat(),
                "last_seen_at": each.last_seen_at.isoformat(),
                "may_sync": bool(holder) and each.name.upper() == holder,
                "refused": each.refused_at is not None,
                "refused_by_a_person": each.barred_at is not None,
            }
            for each in found
        ],
        "lease_seconds": int(computers.lease_s(connection)),
        "expected": connection.expected_computer or None,
    }


def comparison_shape(connection: Connection) -> dict[str, Any]:
    """Return how far a comparison is, and what it has found."""
    at = connection.comparison
    return {
        "state": at.get("state"),
        "since": at.get("since"),
        "read": at.get("read", 0),
        "total": at.get("total", 0),
        **returning.counts_of(connection),
        "differences": [
            {
                "entry": str(each.entry.guid),
                "kind": str(each.entry.kind),
                "title": each.entry.title,
                "what": each.what,
                "changed_at": each.changed_at or None,
            }
            for each in returning.findings_of(connection, SHOWN_MAX)
        ],
    }
