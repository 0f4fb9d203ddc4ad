"""What a look has found in QuickBooks, by our marks and by QuickBooks' own ids."""

from collections.abc import Mapping, Sequence

from fieldledger.qbxml.reading import Answer, Record
from fieldledger.quickbooks.models import SyncEntry


def found_by(answers: Sequence[Answer]) -> tuple[dict[str, Record], dict[str, Record]]:
    """Return what is there, by our marks and by QuickBooks' own ids."""
    records = [record for each in answers for record in each.records]
    found = [each for each in records if each.type not in {"ListDeletedRet", "TxnDeletedRet"}]
    by_mark = {
        mark: record for record in found if (mark := (record.text("ExternalGUID") or "").casefold())
    }
    by_id = {
        key: record for record in found if (key := record.text("ListID") or record.text("TxnID"))
    }
    return by_mark, by_id


def marked(entry: SyncEntry, by_mark: Mapping[str, Record]) -> Record | None:
    """Return the record that carries an entry's mark."""
    return by_mark.get(f"{{{entry.record_guid}}}")


def theirs_of(entry: SyncEntry, by_id: Mapping[str, Record]) -> Record | None:
    """Return the record under an entry's id, if it carries the mark that we gave it.

    After a restore QuickBooks may have given the id to another record, which is never changed.
    """
    record = by_id.get(entry.quickbooks_id)
    if record is None or entry.adopted:
        return record
    mark = (record.text("ExternalGUID") or "").casefold()
    return record if mark == f"{{{entry.record_guid}}}" else None
