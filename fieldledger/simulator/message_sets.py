"""Answers whole documents, and remembers the answers that a message set asks to be remembered.

Sources: Intuit's ErrRecovery1-3.xml and its programmer's guide, table 31-2 (what newMessageSetID
and oldMessageSetID mean alone, together and equal); Intuit's sample InvoiceAdd.cs (600, 9001,
9002, 9004, 9005); qbXML 13.0 schema (ErrorRecovery).
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fieldledger.simulator.checking import Document, Request, read_document
from fieldledger.simulator.formats import utc_offset
from fieldledger.simulator.printing import HEAD, TAIL, escaped, print_record, print_tag
from fieldledger.simulator.problems import Failed, unreadable
from fieldledger.simulator.requests import RULES
from fieldledger.simulator.state import TXN_TYPES, Origin, Record, State, StoredSet
from fieldledger.simulator.turn import Answered, Iterator, Turn
from fieldledger.simulator.views import record_view

SET_ID_LENGTH_MAX: Final = 24
CLEARS_ALL: Final = frozenset({"CLR-ALL-MSG-SETS", "ClearAllMessageSets"})
OK: Final = Failed(0, "Status OK")
NOT_PROCESSED: Final = Failed(3231, "The request has not been processed.")


@dataclass(slots=True)
class Seen:
    """What a session has been asked for, for whoever watches it."""

    documents: int = 0
    requests: int = 0
    replayed: int = 0
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    refusals: list[tuple[str, str, int, str]] = field(default_factory=list)

    def note(self, request: Request, status: Failed) -> None:
        """Count one answered request."""
        self.requests += 1
        if status.status >= 1000:  # Below are information and warnings: the request was done.
            self.refusals.append((request.name, request.request_id, status.status, status.message))
            return
        for ending, counter in (("AddRq", self.added), ("ModRq", self.changed)):
            if request.name.endswith(ending):
                counter[request.name[: -len(ending)]] += 1
        if request.name in {"TxnDelRq", "TxnVoidRq", "ListDelRq"}:
            kinds = (value for key, value in request.given.items() if key.endswith("Type"))
            self.removed[next(kinds)] += 1


@dataclass(slots=True)
class Session:
    """A session of one app with the company file: BeginSession to EndSession."""

    app: str
    iterators: dict[str, Iterator] = field(default_factory=dict)
    is_open: bool = True
    seen: Seen = field(default_factory=Seen)

    def close(self) -> None:
        """End the session: its iterators die with it."""
        self.is_open = False
        self.iterators.clear()


@dataclass(frozen=True, slots=True)
class Crash:
    """QuickBooks dying at work: after `requests` of the set, or before it stores the answer."""

    requests: int | None = None


class Crashed(Exception):
    """QuickBooks died while it answered: what it did stays done, and nobody heard of it."""


def answer_document(
    state: State, session: Session, text: str, at: int, crash: Crash | None = None
) -> str:
    """Return the answer to a document.

    :raises Refused: if the document breaks qbXML's structure; nothing of it ran.
    :raises Crashed: as `crash` asks.
    """
    document = read_document(text)
    if state.variant.outside_windows_1252 == "refused_whole":
        _check_characters(document)
    session.seen.documents += 1
    new, old = document.new_id, document.old_id
    if new is None and old is None:
        return _wrapped({}, _run(state, session, document, at, crash))
    if any(each is not None and len(each) > SET_ID_LENGTH_MAX for each in (new, old)):
        return _wrapped(_set_attributes(new, 9004), "")
    stored = state.stored_sets.setdefault(session.app, {})
    if new is not None and new == old:
        kept = stored.get(new)
        if kept is None:
            return _wrapped(_set_attributes(new, state.variant.not_stored_status), "")
        return _wrapped(_set_attributes(new, 0), kept.answer)
    if old in CLEARS_ALL:
        stored.clear()
    elif old is not None:
        stored.pop(old, None)
    if new is None:
        return _wrapped(_set_attributes(None, 0), _run(state, session, document, at, crash))
    checksum = _checksum(document)
    kept = stored.get(new)
    if kept is not None:
        session.seen.replayed += 1
        if kept.checksum != checksum:
            return _wrapped(_set_attributes(new, 9001), "")
        return _wrapped(_set_attributes(new, 0), kept.answer)
    answers = _run(state, session, document, at, crash)
    _store(state, session, document, checksum, answers)
    return _wrapped(_set_attributes(new, 0), answers.full)


def _check_characters(document: Document) -> None:
    for request in document.requests:
        if not request.is_kept:
            raise unreadable(f"characters in {request.request_id}")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a set: as they are given, and as they are remembered."""

    full: str
    kept: str

    def __str__(self) -> str:
        return self.full


def _set_attributes(set_id: str | None, status: int) -> dict[str, str]:
    named = {} if set_id is None else {"newMessageSetID": set_id}
    return {**named, "messageSetStatusCode": str(status)}


def _wrapped(attributes: Mapping[str, str], answers: "str | Answers") -> str:
    inside = str(answers)
    if not inside:
        return f"{HEAD}{print_tag('QBXMLMsgsRs', attributes, empty=True)}\n{TAIL}"
    return f"{HEAD}{print_tag('QBXMLMsgsRs', attributes)}\n{inside}</QBXMLMsgsRs>\n{TAIL}"


def _checksum(document: Document) -> str:
    """Return what tells the requests of one document from another's, whatever its ids."""
    requests = document.text.partition("<QBXMLMsgsRq")[2].partition(">")[2]
    return hashlib.sha256(requests.encode()).hexdigest()


def _store(
    state: State, session: Session, document: Document, checksum: str, answers: Answers
) -> None:
    variant = state.variant
    writes = any(not each.name.endswith("QueryRq") for each in document.requests)
    if variant.store_keeps == "none" or not (writes or variant.stores_query_sets):
        return
    stored = state.stored_sets[session.app]
    if variant.store_keeps == "last":
        stored.clear()
    assert document.new_id is not None
    stored[document.new_id] = StoredSet(checksum, answers.kept)


def _run(
    state: State, session: Session, document: Document, at: int, crash: Crash | None
) -> Answers:
    """Do the requests one by one; what went well stays, whatever fails later."""
    offset = utc_offset(at, state.zone)
    macros: dict[str, str] = {}
    stopped = False
    full: list[str] = []
    kept: list[str] = []
    for number, request in enumerate(document.requests):
        if crash is not None and crash.requests == number:
            raise Crashed
        turn = Turn(
            state=state,
            request=request,
            origin=Origin(request.request_id, document.new_id or "", request.name, at),
            at=at,
            offset=offset,
            app=session.app,
            iterators=session.iterators,
            macros=macros,
        )
        answered, status = (None, NOT_PROCESSED) if stopped else _answer_request(turn)
        session.seen.note(request, status)
        # rollbackOnError is in the schema, but QuickBooks Desktop does not roll back; it stops.
        stopped = stopped or (document.on_error != "continueOnError" and status.status >= 1000)
        with_recovery = document.includes_none
        full.append(_print_answer(turn, answered, status, with_recovery=with_recovery))
        if document.new_id is not None and state.variant.stored_answers == "recovery":
            kept.append(_print_answer(turn, answered, status, with_recovery=True))
    if crash is not None:
        raise Crashed
    everything = "".join(full)
    return Answers(everything, "".join(kept) or everything)


def _answer_request(turn: Turn) -> tuple[Answered | None, Failed]:
    request = turn.request
    if request.problem is not None:
        return None, request.problem
    if not request.is_kept and turn.state.variant.outside_windows_1252 == "refused":
        return None, Failed(3090, "There was an error when storing a text in its field.")
    rule = RULES.get(request.name)
    if rule is None:
        return None, Failed(1030, "This request is not supported by this version of QuickBooks.")
    try:
        answered = rule(turn, request.given)
    except Failed as problem:
        return None, problem
    return answered, turn.warning or OK


def severity(status: int) -> str:
    """Return the severity of a status by its range. Source: Intuit's status code list."""
    if status < 500:
        return "Info"
    return "Warn" if status < 1000 else "Error"


def _print_answer(
    turn: Turn, answered: Answered | None, status: Failed, *, with_recovery: bool
) -> str:
    request = turn.request
    attributes = {} if not request.request_id else {"requestID": request.request_id}
    attributes |= {
        "statusCode": str(status.status),
        "statusSeverity": severity(status.status),
        "statusMessage": status.message,
    }
    lines: list[str] = []
    if answered is not None:
        attributes |= answered.attributes
        if with_recovery:
            _print_recovery(lines, answered)
        else:
            _print_inside(lines, turn, answered)
    if not lines:
        return f"{print_tag(request.answer_name, attributes, empty=True)}\n"
    inside = "\n".join(lines)
    return f"{print_tag(request.answer_name, attributes)}\n{inside}\n</{request.answer_name}>\n"


def _print_inside(lines: list[str], turn: Turn, answered: Answered) -> None:
    record = answered.record
    if record is not None:
        include = frozenset(turn.request.given.get("IncludeRetElement", ()))
        print_record(lines, f"{record.type}Ret", record_view(turn, record), include)
    for element, value in answered.elements:
        if value:
            lines.append(f"<{element}>{escaped(value)}</{element}>")
    lines.extend(answered.lines)


def _print_recovery(lines: list[str], answered: Answered) -> None:
    """Name what was written instead of showing it. Source: qbXML 13.0 schema, ErrorRecovery."""
    record = answered.record
    if record is not None:
        print_record(lines, "ErrorRecovery", _recovery(record))
        return
    for element, value in answered.elements:
        if element in {"TxnID", "ListID"}:
            print_record(lines, "ErrorRecovery", {element: value})


def _recovery(record: Record) -> dict[str, Any]:
    is_txn = record.type in TXN_TYPES
    number = record.fields.get("TxnNumber")
    return {
        "TxnID" if is_txn else "ListID": record.id,
        "TxnNumber": str(number) if number else None,
        "EditSequence": record.sequence,
        "ExternalGUID": record.fields.get("ExternalGUID"),
    }
