"""Build the next message set of records to write: what goes, what waits, what cannot go and why.

Rules are fieldledger.sync's; here they meet the database, with a fixed number of SQL statements a
set. What is sent is what a record says now, not what it said when it was asked for.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, Final

from fieldledger.qbxml.objects import InvoiceAdd, InvoiceMod
from fieldledger.qbxml.writing import CannotBeWritten, Request
from fieldledger.quickbooks import contents, fencing, number_taken, taking_back, voided
from fieldledger.quickbooks.approving import hold_back
from fieldledger.quickbooks.choices import choices_of
from fieldledger.quickbooks.company import facts_of
from fieldledger.quickbooks.contents import Loaded
from fieldledger.quickbooks.context import Context
from fieldledger.quickbooks.credit_contents import credits_of, refunds_of
from fieldledger.quickbooks.entries import adjust_active, tell
from fieldledger.quickbooks.entry_rows import (
    EntryRow,
    is_anything_waiting,
    pending_after,
    pending_among,
)
from fieldledger.quickbooks.linking_credits import APPLIED, Linking
from fieldledger.quickbooks.message_sets import Document, store
from fieldledger.quickbooks.models import RANK, Connection, MessageSet, Session, SyncEntry
from fieldledger.quickbooks.names import Names
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync import crediting, halving, mapping, written
from fieldledger.sync.content import Choices, CompanyFacts, Kind, Known, State
from fieldledger.sync.naming import fold
from fieldledger.sync.words import explain

# A set holds list records or transactions of one kind: each kind's parents are there before it.
_CLASSES: Final = {1: (1, 2), 2: (1, 2), 3: (3, 3), 4: (4, 4), 5: (5, 5), 6: (6, 6)}
_ROUNDS_MAX: Final = 50  # Of entries that turn out not to go, before the session ends all the same.

_LIST_ELEMENTS: Final = ("ListID", "EditSequence", "Name", "FullName")
_INVOICE_ELEMENTS: Final = (
    "TxnID",
    "EditSequence",
    "RefNumber",
    "Subtotal",
    "SalesTaxTotal",
    "InvoiceLineRet",
)
_PAYMENT_ELEMENTS: Final = ("TxnID", "EditSequence", "TotalAmount", "UnusedPayment")
_INCLUDE: Final = {
    Kind.CLIENT: _LIST_ELEMENTS,
    Kind.ITEM: _LIST_ELEMENTS,
    Kind.INVOICE: _INVOICE_ELEMENTS,
    Kind.PAYMENT: _PAYMENT_ELEMENTS,
    Kind.CREDIT: (*_INVOICE_ELEMENTS[:-1], "CreditMemoLineRet"),
    Kind.REFUND: ("TxnID", "EditSequence", "RefNumber", "Amount"),
}


@dataclass(slots=True)
class Batch:
    """A message set in the making."""

    entries: list[EntryRow] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    content: list[dict[str, Any]] = field(default_factory=list)
    turned_down: list[EntryRow] = field(default_factory=list)  # With their new state in them.


def next_set(connection: Connection, session: Session, context: Context) -> str | None:
    """Store the next set of writes and return its text; None if nothing can go before a look."""
    for _ in range(_ROUNDS_MAX):
        entries = _next_entries(connection, session)
        if not entries:
            return None
        if number_taken.begin(connection, session, entries, now=context.now):
            session.cursor_rank, session.cursor_id = 0, 0
            return None  # They are looked for next, and then go.
        going = _approved(connection, entries, context.now)
        session.done += len(entries) - len(going)
        batch = _build(connection, session, going, context)
        _save_turned_down(connection, batch.turned_down, context.now)
        session.failed += sum(each.state == State.FAILED for each in batch.turned_down)
        session.done += len(batch.turned_down)
        if batch.requests:
            return _store(connection, session, batch, context)
        if session.suspects:
            session.suspects = halving.went_through(session.suspects)
    return None


def _next_entries(connection: Connection, session: Session) -> list[EntryRow]:
    while session.suspects:
        found = pending_among(connection.pk, session.suspects[0], session_id=session.pk)
        if found:
            return found
        session.suspects = halving.went_through(session.suspects)
    for _ in range(2):
        found = pending_after(
            connection.pk,
            session_id=session.pk,
            rank=session.cursor_rank,
            key=session.cursor_id,
            at_most=connection.list_size,
        )
        if found:
            break
        if not session.cursor_rank:
            return []
        # What has been waiting, or was put back, may stand before the cursor.
        session.cursor_rank, session.cursor_id = 0, 0
    if not found:
        return []
    first, last = _CLASSES[found[0].rank]
    size = connection.list_size if last == RANK[Kind.ITEM] else connection.transaction_size
    found = [each for each in found if first <= each.rank <= last][:size]
    session.cursor_rank, session.cursor_id = found[-1].rank, found[-1].pk
    return found


def _approved(connection: Connection, entries: list[EntryRow], now: datetime) -> list[EntryRow]:
    """Hold what a second person has to approve as it is now; return the others."""
    if entries[0].rank < RANK[Kind.INVOICE]:
        return entries
    held = hold_back(connection, [each.pk for each in entries], now)
    return [each for each in entries if each.pk not in held]


def bodies_now(
    connection: Connection, entries: Sequence[EntryRow]
) -> dict[int, tuple[Any, Mapping[str, Any]]]:
    """Return {entry: (its whole request, what is noted beside it)} as it would be sent now.

    What could not go has no request; that its period is closed does not matter here. Nothing is
    saved, and a new name is not kept.
    """
    facts = replace(facts_of(connection), closing_date=None)
    choices = choices_of(connection, for_transactions=any(each.rank > 2 for each in entries))
    return {
        entry.pk: (body, noted)
        for kind in Kind
        if (chosen := [each for each in entries if each.rank == RANK[kind]])
        for entry, body, noted in _bodies(connection, kind, chosen, facts, choices)
    }


def _build(
    connection: Connection, session: Session, entries: Sequence[EntryRow], context: Context
) -> Batch:
    facts = facts_of(connection)
    choices = choices_of(connection, for_transactions=any(each.rank > 2 for each in entries))
    batch = Batch()
    nonce = context.new_nonce()
    for kind in Kind:
        chosen = [each for each in entries if each.rank == RANK[kind]]
        if not chosen:
            continue
        bills = chosen if kind == Kind.INVOICE else ()
        linking = Linking(connection, session, bills, wait=_wait)
        for entry, made, noted in _bodies(connection, kind, chosen, facts, choices):
            whole = linking.next_body(entry, made, noted)
            if whole is None and made is not None and entry.state == State.PENDING:
                continue  # What is linked with it is looked at first.
            if whole is None or _is_nothing_new(entry, whole, noted):
                batch.turned_down.append(entry)
                continue
            body = whole if "set" in noted else _changed_part(entry, whole, noted)
            request = Request(
                request_id=f"{entry.pk}:{nonce}",
                body=body,
                include=() if noted["op"] in {"void", "delete"} else _INCLUDE[kind],
            )
            batch.entries.append(entry)
            batch.requests.append(request)
            batch.content.append({"r": request.request_id, "e": entry.pk, **noted})
        linking.save(context.now)
    return batch


def _is_nothing_new(entry: EntryRow, body: Any, noted: Mapping[str, Any]) -> bool:
    """Settle an entry of which QuickBooks keeps nothing that has changed here."""
    if noted["op"] != "mod" or "set" in noted:
        return False
    if not noted.get("settled") and not written.is_unchanged(body, entry.written):
        return False
    entry.state = State.DIFFERS if entry.differs else State.SYNCED
    entry.synced_revision = noted["rev"]
    entry.code = "nothing_to_send"
    sentence = explain("nothing_to_send", name=called(entry)).sentence
    entry.message = f"{sentence} {noted.get('notes', '')}".strip()
    if noted.get("settled"):
        entry.code, entry.message = APPLIED, noted["settled"]
    entry.said = ""
    return True


def _changed_part(entry: EntryRow, body: Any, noted: dict[str, Any]) -> Any:
    """Return what is sent of a record: in a change, what is another here than was written last."""
    if entry.kind == Kind.PAYMENT and noted["op"] in {"add", "mod"}:
        noted["w"] = written.WHOLE
        entry.rewrite("")
    sent = written.fingerprints(body)
    if not sent:
        return body
    noted["w"] = sent
    if noted["op"] != "mod":
        return body
    part = written.leave_unchanged(body, entry.written)
    entry.rewrite(written.still_certain(entry.written, sent))
    return part


_Body = tuple[EntryRow, Any, dict[str, Any]]


def _bodies(
    connection: Connection,
    kind: Kind,
    entries: Sequence[EntryRow],
    facts: CompanyFacts,
    choices: Choices,
) -> Iterable[_Body]:
    match kind:
        case Kind.CLIENT:
            return list(_clients(connection, entries))
        case Kind.ITEM:
            return list(_items(connection, entries, facts, choices))
        case Kind.INVOICE:
            return list(_invoices(connection, entries, facts, choices))
        case Kind.PAYMENT:
            return list(_payments(connection, entries, facts, choices))
        case Kind.CREDIT:
            found = credits_of(connection, [each.record_id for each in entries])
            write = partial(crediting.write_credit, choices=choices, facts=facts)
            return list(_transactions(entries, found, write))
        case Kind.REFUND:
            found = refunds_of(connection, [each.record_id for each in entries])
            pay = partial(crediting.write_refund, choices=choices, facts=facts)
            return list(_transactions(entries, found, pay))


def _known(entry: EntryRow) -> Known | None:
    if not entry.quickbooks_id:
        return None
    return Known(
        quickbooks_id=entry.quickbooks_id,
        edit_sequence=entry.edit_sequence,
        type=entry.quickbooks_type,
        line_ids=tuple(entry.line_ids),
        two_sided=entry.two_sided,
        adopted=entry.adopted,
    )


def _clients(connection: Connection, entries: Sequence[EntryRow]) -> Iterable[_Body]:
    found = contents.clients([each.record_id for each in entries])
    names = Names(connection, Kind.CLIENT, entries, [each.name for _, each in found.values()])
    adopted = [each for each in entries if each.adopted and each.quickbooks_id]
    mine = {
        each.quickbooks_id: found[each.record_id][1].email
        for each in adopted
        if each.record_id in found
    }
    beside = contents.beside_other_addresses(connection, mine)
    for entry in entries:
        if entry.record_id not in found:
            yield _vanished(entry)
            continue
        revision, content = found[entry.record_id]
        if taking_back.is_taken_back(entry):
            yield entry, taking_back.deletion(entry), {"op": "delete", "rev": revision}
            continue
        if entry.quickbooks_id in beside:
            content = replace(content, email="")  # Says nothing about an adopted one's.
        try:
            name = names.choose(entry, content.name)
            notes: list[str] = []
            body = mapping.write_client(content, name=name, known=_known(entry), notes=notes)
        except mapping.CannotBeSent as error:
            yield _cannot_go(entry, error)
            continue
        _name(entry, name)
        noted = {"op": _operation(entry), "rev": revision, "name": name}
        yield entry, body, noted | _shown(notes)


def _items(
    connection: Connection, entries: Sequence[EntryRow], facts: CompanyFacts, choices: Choices
) -> Iterable[_Body]:
    found = contents.items([each.record_id for each in entries])
    names = Names(connection, Kind.ITEM, entries, [each.name for _, each in found.values()])
    for entry in entries:
        if entry.record_id not in found:
            yield _vanished(entry)
            continue
        revision, content = found[entry.record_id]
        if taking_back.is_taken_back(entry):
            yield entry, taking_back.deletion(entry), {"op": "delete", "rev": revision}
            continue
        try:
            name = names.choose(entry, content.name)
            notes: list[str] = []
            body = mapping.write_item(
                content,
                name=name,
                choices=choices,
                facts=facts,
                known=_known(entry),
                notes=notes,
            )
        except mapping.CannotBeSent as error:
            yield _cannot_go(entry, error)
            continue
        _name(entry, name)
        noted = {"op": _operation(entry), "rev": revision, "name": name}
        yield entry, body, noted | _shown(notes)


def _invoices(
    connection: Connection, entries: Sequence[EntryRow], facts: CompanyFacts, choices: Choices
) -> Iterable[_Body]:
    found = contents.invoices(connection, [each.record_id for each in entries])
    for entry in entries:
        if entry.record_id not in found:
            yield _vanished(entry)
            continue
        invoice = found[entry.record_id]
        known = _known(entry)
        noted = {"rev": invoice.revision, "total": str(invoice.amount)}
        if (undone := voided.body_of(entry, invoice, known)) is not None:
            yield undone
            continue
        if invoice.content is None:
            yield _wait(entry, invoice.missing)
            continue
        try:
            notes: list[str] = []
            body = mapping.write_invoice(
                invoice.content, choices=choices, facts=facts, known=known, notes=notes
            )
        except mapping.CannotBeSent as error:
            yield _cannot_go(entry, error)
            continue
        assert isinstance(body, InvoiceAdd | InvoiceMod)
        noted |= {"op": _operation(entry), "name": invoice.content.number}
        yield entry, body, noted | _shown(notes)


def _payments(
    connection: Connection, entries: Sequence[EntryRow], facts: CompanyFacts, choices: Choices
) -> Iterable[_Body]:
    found = contents.payments(connection, [each.record_id for each in entries])
    for entry in entries:
        if entry.record_id not in found:
            yield _vanished(entry)
            continue
        payment = found[entry.record_id]
        known = _known(entry)
        if (undone := voided.body_of(entry, payment, known)) is not None:
            yield undone
            continue
        noted = {"rev": payment.revision, "total": str(payment.amount)}
        if payment.content is None:
            waits, _none, _noted = _wait(entry, payment.missing)
            yield waits, None, {"left": str(payment.unapplied)}
            continue
        try:
            notes: list[str] = []
            body = mapping.write_payment(
                payment.content, choices=choices, facts=facts, known=known, notes=notes
            )
        except mapping.CannotBeSent as error:
            yield _cannot_go(entry, error)
            continue
        noted |= {"op": _operation(entry), "name": payment.content.reference}
        if payment.unapplied is not None:
            noted["left"] = str(payment.unapplied)
        yield entry, body, noted | _shown(notes)


def _transactions(
    entries: Sequence[EntryRow],
    found: Mapping[int, Loaded],
    write: Callable[..., Any],
) -> Iterable[_Body]:
    for entry in entries:
        if entry.record_id not in found:
            yield _vanished(entry)
            continue
        txn, known = found[entry.record_id], _known(entry)
        noted = {"rev": txn.revision, "total": str(txn.amount)}
        if (undone := voided.body_of(entry, txn, known)) is not None:
            yield undone
            continue
        if txn.content is None:
            yield _wait(entry, txn.missing)
            continue
        try:
            notes: list[str] = []
            body = write(txn.content, known=known, notes=notes)
        except mapping.CannotBeSent as error:
            yield _cannot_go(entry, error)
            continue
        noted |= {"op": _operation(entry), "name": txn.content.number}
        yield entry, body, noted | _shown(notes)


def _shown(notes: Sequence[str]) -> dict[str, str]:
    """Return what the log will say of texts that were shortened for QuickBooks."""
    return {"notes": " ".join(notes)} if notes else {}


def _operation(entry: EntryRow) -> str:
    return "mod" if entry.quickbooks_id else "add"


def _name(entry: EntryRow, name: str) -> None:
    parents, colon, _ = entry.name_folded.rpartition(":")
    entry.rename(name, f"{parents}{colon}{fold(name)}"[:159])


def called(entry: EntryRow) -> str:
    """Return what a sentence calls an entry's record."""
    return f"the {entry.kind} “{entry.title}”"


def _vanished(entry: EntryRow) -> _Body:
    entry.state = State.CANCELLED
    entry.code, entry.message = "deleted_here", "It was deleted here before it was sent."
    return entry, None, {}


def _cannot_go(entry: EntryRow, error: mapping.CannotBeSent) -> _Body:
    # What is linked but not ours to change is in QuickBooks, as it is: nobody has to move.
    is_done = error.code == crediting.LEFT_ALONE
    entry.state = State.SYNCED if is_done else State.FAILED
    if is_done:
        entry.synced_revision = entry.record_revision
    entry.code, entry.message, entry.said = error.code, error.sentence, ""
    return entry, None, {}


def _wait(entry: EntryRow, parent: SyncEntry | None) -> _Body:
    if parent is None:
        entry.state = State.FAILED
        entry.code = "parent_unknown"
        entry.message = "What it belongs to is not on its way to QuickBooks. Open it and save it."
        return entry, None, {}
    entry.state = State.WAITING
    entry.waiting_on_id = parent.pk
    entry.code = "waiting"
    needs = ""
    if parent.state in _STUCK:
        needs = ", which needs you first"
    elif parent.state in _UNASKED:
        needs = (
            ", which was changed here, too, and which nobody has asked to send. Choose Sync to"
            " QuickBooks on the invoice once more: its payments go along"
        )
    entry.message = f"Waits for the {parent.kind} “{parent.title}”{needs}."
    return entry, None, {}


_STUCK: Final = frozenset({State.FAILED, State.HELD, State.IGNORED, State.GONE})
# A payment that was made void here, before its invoice was.
_UNASKED: Final = frozenset({State.CHANGED, State.CHANGED_IN_QUICKBOOKS})


def _save_turned_down(connection: Connection, entries: Sequence[EntryRow], now: datetime) -> None:
    if not entries:
        return
    update_many(
        SyncEntry,
        (
            "state",
            "synced_revision",
            "code",
            "message",
            "said",
            "waiting_on_id",
            "message_set_id",
            "updated_at",
        ),
        [
            (
                each.pk,
                each.state,
                each.synced_revision,
                each.code,
                each.message,
                each.said,
                each.waiting_on_id if each.state == State.WAITING else None,
                None,
                now,
            )
            for each in entries
        ],
    )
    tell(((each.pk, each.state, "", each.message) for each in entries), now=now)
    adjust_active(connection.pk, -len(entries))
    connection.active_count -= len(entries)
    # What is cancelled, or stays as it is there, stands in nobody's way: a void payment that is not
    # there, in its invoice's.
    over = {State.SYNCED, State.DIFFERS, State.CANCELLED, State.IGNORED}
    release_waiters(connection, [each.pk for each in entries if each.state in over], now)


def _store(connection: Connection, session: Session, batch: Batch, context: Context) -> str | None:
    set_id = context.new_set_id()
    first = fencing.head(connection, set_id)
    while True:
        document = Document(
            purpose=MessageSet.Purpose.WRITE,
            requests=[*first, *batch.requests],
            content=batch.content,
            set_id=set_id,
            clears=connection.acknowledged_set,
            fence_mark=set_id if first else "",
        )
        try:
            message_set, text = store(document, session, context)
            break
        except CannotBeWritten as error:
            # The rules promise never to make one; a person hears of it instead of a lost set.
            _drop(connection, batch, error, context.now)
            session.failed += 1
            session.done += 1
            if not batch.requests:
                fencing.forget_head(connection, set_id)
                return next_set(connection, session, context)
    columns = ["state", "message_set_id", "sent_at", "tries"]
    for each in batch.entries:
        each.state, each.message_set_id = State.SENDING, message_set.pk
        each.sent_at, each.tries = context.now, each.tries + 1
    if any(each.is_renamed for each in batch.entries):
        columns += ["quickbooks_name", "name_folded"]
    if any(each.is_rewritten for each in batch.entries):
        columns += ["written"]
    values = attrgetter("pk", *columns)
    update_many(SyncEntry, columns, [values(each) for each in batch.entries])
    return text


def _drop(connection: Connection, batch: Batch, error: CannotBeWritten, now: datetime) -> None:
    for place, request in enumerate(batch.requests):
        if request.request_id == error.request_id:
            entry = batch.entries.pop(place)
            del batch.requests[place], batch.content[place]
            entry.state = State.FAILED
            entry.code = "cannot_be_written"
            entry.message = f"QuickBooks cannot take its {error.element}: {error.reason}"
            _save_turned_down(connection, [entry], now)
            return
    raise error


def release_waiters(connection: Connection, parents: Sequence[int], now: datetime) -> int:
    """Let what waited for these entries go; return how many."""
    if not parents or not is_anything_waiting(connection.pk):
        return 0
    released = SyncEntry.objects.filter(
        connection=connection, state=State.WAITING, waiting_on__in=parents
    ).update(state=State.PENDING, waiting_on=None, code="", message="", updated_at=now)
    if released:
        adjust_active(connection.pk, released)
        connection.active_count += released
    return released
