"""What helps somebody else to find a fault, with everything taken out that is nobody else's.

A zip of JSON files. They hold versions, states, codes, times, ids and counts, each chosen here by
name; documents go through qbxml.redacting. No name, amount, address, note, password or key is in
it, and no value of any setting.
"""

import io
import json
import platform
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import django
from django.db import connection as database
from django.db.models import Count, Model

from fieldledger.accounts.audit_chain import verify
from fieldledger.accounts.services import audit
from fieldledger.qbxml.hresults import normal_form
from fieldledger.qbxml.redacting import Redactor
from fieldledger.quickbooks.message_sets import text_of, unpack
from fieldledger.quickbooks.models import (
    KIND_OF_RANK,
    Connection,
    EntryEvent,
    Exchange,
    Session,
    SyncEntry,
)

SESSIONS_MAX: Final = 20
EXCHANGES_MAX: Final = 200
ENTRIES_MAX: Final = 200
_READ_ME: Final = """\
A support bundle of Fieldledger. Names, amounts, addresses and notes were replaced by words like
"x7 (12)": equal texts have equal words, and the number in brackets is the length. Passwords, keys
and settings are not in it. Look through it before you pass it on; it is plain text.
"""
_CONNECTION: Final = (
    "enabled",
    "stage",
    "paused",
    "attention_code",
    "active_count",
    "epoch",
    "list_size",
    "transaction_size",
    "page_size",
    "last_contact_at",
    "contact_interval_s",
    "wrong_password_at",
    "wrong_password_count",
    "connected_at",
    "checked_at",
    "restored_at",
    "last_error_at",
    "is_sample",
    "closing_date",
    "lists_read_at",
    "reading_wanted",
    "fence",
    "drift_watch",
    "watch_at",
    "initial_total",
    "initial_started_at",
    "initial_completed_at",
)
_SESSION: Final = (
    "id",
    "epoch",
    "state",
    "opened_at",
    "last_call_at",
    "closed_at",
    "is_verified",
    "is_checked",
    "qbxml_major",
    "qbxml_minor",
    "done",
    "failed",
    "put_off",
    "total",
    "percent",
    "connection_errors",
)
_ENTRY: Final = (
    "id",
    "guid",
    "rank",
    "state",
    "code",
    "record_revision",
    "wanted_revision",
    "synced_revision",
    "quickbooks_id",
    "quickbooks_type",
    "edit_sequence",
    "tries",
    "look_first",
    "looked_in",
    "number_free_in",
    "void_there",
    "waiting_on_id",
    "queued_at",
    "created_at",
    "updated_at",
)


def make_bundle(connection: Connection, *, actor: str, now: datetime) -> bytes:
    """Return the bundle of one business, a zip; that it was made stands in the audit trail."""
    redactor = Redactor()
    parts: dict[str, object] = {
        "about": _about(now),
        "connection": _connection(connection, redactor),
        "entries": _entries(connection),
        "sessions": [_named(each, _SESSION) for each in _sessions(connection)],
        "exchanges": list(_exchanges(connection, redactor)),
    }
    audit(
        business=connection.business,
        actor=actor,
        action="make support bundle",
        subject=str(connection.guid),
        now=now,
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", _READ_ME)
        for name, part in parts.items():
            bundle.writestr(f"{name}.json", json.dumps(part, indent=1, default=str))
    return made.getvalue()


def _about(now: datetime) -> Mapping[str, object]:
    try:
        ours = version("fieldledger")
    except PackageNotFoundError:
        ours = "not installed as a package"
    return {
        "made_at": now,
        "fieldledger": ours,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "django": django.get_version(),
        "database": database.vendor,
    }


def _connection(connection: Connection, redactor: Redactor) -> Mapping[str, object]:
    trail = verify(connection.business)
    return {
        **_named(connection, _CONNECTION),
        # "QuickBooks Desktop Pro 2024": a product, no person's words.
        "product": connection.product_name,
        "last_error": redactor.word(connection.last_error),
        "company_file": redactor.word(connection.company_file),
        "mapped": sorted(key for key, value in connection.mapping.items() if value),
        "computers": connection.computers.count(),
        "audit_trail": {"links": trail.links, "head": trail.head, "is_whole": not trail.breaks},
    }


def _entries(connection: Connection) -> Mapping[str, object]:
    found = SyncEntry.objects.filter(connection=connection)
    newest = list(found.order_by("-updated_at", "-pk")[:ENTRIES_MAX])
    counts = found.values_list("rank", "state", "code").annotate(number=Count("pk"))
    return {
        "counts": [
            {"kind": KIND_OF_RANK[rank], "state": state, "code": code, "number": number}
            for rank, state, code, number in counts.order_by("rank", "state", "code")
        ],
        "newest": [_named(each, _ENTRY) for each in newest],
        "moves": [
            {"entry": entry, "at": at, "state": state}
            for entry, at, state in EntryEvent.objects.filter(entry__in=newest)
            .order_by("pk")
            .values_list("entry_id", "at", "state")
        ],
    }


def _sessions(connection: Connection) -> list[Session]:
    return list(Session.objects.filter(connection=connection).order_by("-pk")[:SESSIONS_MAX])


def _exchanges(connection: Connection, redactor: Redactor) -> Iterator[Mapping[str, object]]:
    """Yield the last calls, the oldest first, with the documents as strangers may see them."""
    found = Exchange.objects.filter(session__in=_sessions(connection)).select_related("message_set")
    for each in reversed(found.order_by("-pk")[:EXCHANGES_MAX]):
        asked = each.message_set
        is_number = each.answer.lstrip("-").isdecimal()
        yield {
            "session": each.session_id,
            "at": each.at,
            "operation": each.operation,
            # A code, or else whatever somebody has put in its place.
            "hresult": normal_form(each.hresult) or redactor.word(each.hresult),
            "answer": each.answer if is_number else redactor.word(each.answer),
            "message": redactor.word(each.message),
            "purpose": asked.purpose if asked else None,
            "status": asked.status if asked else None,
            "request": redactor.document(text_of(asked))
            if asked and each.operation == "sendRequestXML"
            else "",
            "response": redactor.document(unpack(each.body)),
        }


def _named(row: Model, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
