"""What a look has found in QuickBooks, and which of it is an entry's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fieldledger.qbxml.reading import Answer, Record
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.quickbooks.verification import WAS_GONE


@dataclass(frozen=True, slots=True)
class Found:
    """The records that are there: all, by the marks that we gave them, and by QuickBooks' ids."""

    records: Sequence[Record]
    by_mark: Mapping[str, Record]
    by_id: Mapping[str, Record]

    @classmethod
    def read(cls, answers: Iterable[Answer]) -> "Found":
        """Read what a look's answers tell, but for what was deleted."""
        told = [record for each in answers for record in each.records]
        records = [each for each in told if each.type not in {"ListDeletedRet", "TxnDeletedRet"}]
        by_mark = {
            mark: record
            for record in records
            if (mark := (record.text("ExternalGUID") or "").casefold())
        }
        by_id = {
            key: record
            for record in records
            if (key := record.text("ListID") or record.text("TxnID"))
        }
        return cls(records, by_mark, by_id)

    def marked(self, entry: SyncEntry) -> Record | None:
        """Return the record that carries an entry's mark, under whatever id."""
        return self.by_mark.get(_mark(entry))

    def theirs(self, entry: SyncEntry) -> Record | None:
        """Return the record under an entry's id, if it carries the mark that we gave it.

        After a restore QuickBooks may have given the id to another record, which is never changed.
        """
        record = self.by_id.get(entry.quickbooks_id)
        if record is None or entry.adopted:
            return record
        mark = (record.text("ExternalGUID") or "").casefold()
        return record if mark == _mark(entry) else None

    def anew(self, entry: SyncEntry) -> Record | None:
        """Return what was gone and stands under another id: it was sent anew, or before that."""
        return self.marked(entry) if entry.code == WAS_GONE else None


def _mark(entry: SyncEntry) -> str:
    return f"{{{entry.record_guid}}}"


def total_of(record: Record) -> Decimal | None:
    """Return a transaction's total in QuickBooks, if the answer tells it."""
    if record.type in {"InvoiceRet", "CreditMemoRet"}:
        subtotal = record.money("Subtotal")
        if subtotal is None:
            return None
        return subtotal + (record.money("SalesTaxTotal") or Decimal(0))
    total = {"ReceivePaymentRet": "TotalAmount", "CheckRet": "Amount"}.get(record.type)
    return record.money(total) if total else None
