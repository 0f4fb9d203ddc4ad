"""Why a record that was in QuickBooks is not there: deleted by somebody, or the file is older.

A look asks QuickBooks what it remembers as deleted (ListDeletedQuery, TxnDeletedQuery).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fieldledger.qbxml.reading import Answer
from fieldledger.quickbooks.models import Connection, MessageSet, SyncEntry
from fieldledger.quickbooks.verification import FILE_OLDER, UNCLEAR
from fieldledger.sync.content import Kind

LISTS: Final = frozenset({Kind.CLIENT, Kind.ITEM})
OLDER: Final = frozenset({FILE_OLDER, UNCLEAR})
DELETED: Final = "deleted"  # What people took away, as QuickBooks remembers it for about 90 days.


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why a record that was there may not be: deleted by somebody, or the file is an older copy.

    `deleted` are the ids that QuickBooks remembers as deleted, None where it did not tell.
    """

    deleted: frozenset[str] | None
    is_proved: bool  # That the file is older: otherwise two of a list may have been merged.

    @classmethod
    def read(
        cls,
        connection: Connection,
        look: MessageSet,
        answers: Sequence[Answer],
        missing: Iterable[SyncEntry],
    ) -> "Lacking":
        """Read what a look says; `missing` are the known records that it has not found."""
        asked = {each["r"] for each in look.content if each.get("look") == DELETED}
        told = [
            each for each in answers if each.request_id in asked and each.status.severity != "Error"
        ]
        if not asked or len(told) < len(asked):
            return cls(None, is_proved=False)
        records = [record for each in told for record in each.records]
        ids = {each.text("ListID") or each.text("TxnID") or "" for each in records}
        unexplained = [
            each for each in missing if _shows_older(each) and each.quickbooks_id not in ids
        ]
        is_proved = bool(connection.verification.get("proved")) or len(unexplained) > 1
        if is_proved and connection.verification:
            # A later look, at invoices alone, would not show it again.
            connection.verification = {**connection.verification, "proved": True}
        return cls(frozenset(ids), is_proved)

    def is_of_an_older_file(self, entry: SyncEntry) -> bool:
        """Whether the file lacks a record only because it is older than the record."""
        if entry.code not in OLDER or self.deleted is None:
            return False
        may_be_otherwise = entry.code == UNCLEAR or entry.kind in LISTS
        if may_be_otherwise and not self.is_proved:  # Condensed, or merged.
            return False
        return entry.quickbooks_id not in self.deleted


def _shows_older(entry: SyncEntry) -> bool:
    """Whether a record that is missing and was not deleted is a sign of an older file."""
    return entry.code == FILE_OLDER or (entry.code == UNCLEAR and entry.kind in LISTS)
