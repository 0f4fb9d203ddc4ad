"""A support bundle's conversation again, judged by the rules of this very program.

What QuickBooks answered then goes through `sync.outcomes` as it would today, so whoever looks for a
fault sees what was asked, what came back, what this version makes of it, and where it first turned
from the straight way. Nothing is sent, and no database is touched.

The bundle's texts are replaced words: where a rule looks at QuickBooks' own text (a lock behind
3180), the judgement can differ from the one of the day; codes and ids are as they were.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fieldledger.qbxml.reading import Answer, NotQbxml, read_answers, read_request
from fieldledger.qbxml.statuses import meaning_of
from fieldledger.sync.outcomes import Operation, Taken, judge, judge_hresult

PART_LENGTH_MAX: Final = 64 * 1024 * 1024
_WRITES: Final = re.compile(r"(Add|Mod|Void|Del)$")
_OPERATION: Final[Mapping[str, Operation]] = {
    "Add": Operation.ADD,
    "Mod": Operation.MOD,
    "Void": Operation.VOID,
    "Del": Operation.DELETE,
}
# A query that found nothing says so with 1, and 500 where it asked for ids: qbXML status codes.
_WELL: Final = frozenset({0, 1, 500})


class NotABundle(ValueError):
    """The file is no support bundle; the message says why."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One call of the bundle: what was said, what this version makes of it, whether it went wrong.

    `session` is the session's number in the bundle, `lines` are for people to read.
    """

    session: int
    at: str
    operation: str
    lines: tuple[str, ...]
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """A bundle as it reads: what it is from, its calls, oldest first, and its entries' states."""

    about: Mapping[str, Any]
    connection: Mapping[str, Any]
    counts: Sequence[Mapping[str, Any]]
    turns: tuple[Turn, ...]

    @property
    def turned(self) -> Turn | None:
        """The first call that did not go as it should."""
        return next((each for each in self.turns if each.is_wrong), None)


def replay(content: bytes) -> Replay:
    """Return what a bundle's conversation comes to by the rules of this version.

    :raises NotABundle: if the bytes are none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            about, connection, entries, exchanges = (
                _part(bundle, name) for name in ("about", "connection", "entries", "exchanges")
            )
        return Replay(about, connection, entries["counts"], tuple(_turns(exchanges)))
    except (zipfile.BadZipFile, KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, NotABundle):
            raise
        raise NotABundle("It is no support bundle, or it was changed.") from error


def _part(bundle: zipfile.ZipFile, name: str) -> Any:
    if bundle.getinfo(f"{name}.json").file_size > PART_LENGTH_MAX:
        raise NotABundle(f"Its {name}.json is too large.")
    return json.loads(bundle.read(f"{name}.json"))


def _turns(exchanges: Sequence[Mapping[str, Any]]) -> Iterator[Turn]:
    asked: dict[int, str] = {}  # The request that each session waits for the answer to.
    for each in exchanges:
        session = int(each["session"])
        lines: list[str] = []
        wrong = False
        if each["operation"] == "sendRequestXML":
            if asked.get(session):
                lines.append("The answer to the request before never came.")
                wrong = True
            asked[session] = each["request"]
            lines += _requests(each)
        elif each["operation"] == "receiveResponseXML":
            judged = list(_judged(each, asked.pop(session, "")))
            lines += [line for line, _ in judged]
            wrong = any(is_wrong for _, is_wrong in judged)
        elif each["hresult"]:
            outcome = judge_hresult(each["hresult"])
            lines.append(f"{outcome.code}: {outcome.sentence}")
            wrong = True
        elif asked.pop(session, ""):
            lines.append("The session ended without the answer to the request before.")
            wrong = True
        yield Turn(session, str(each["at"]), each["operation"], tuple(lines), wrong)


def _requests(each: Mapping[str, Any]) -> Iterator[str]:
    if not each["request"]:
        return
    kinds = re.findall(r"<(\w+)Rq[ >/]", each["request"])
    counts = {kind: kinds.count(kind) for kind in kinds if kind != "QBXMLMsgs"}
    listed = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    yield f"asked ({each['purpose']}, now {each['status']}): {listed or 'nothing readable'}"


def _judged(each: Mapping[str, Any], request: str) -> Iterator[tuple[str, bool]]:
    """Yield a line for each answer in a call, and whether it says that something went wrong."""
    if each["hresult"]:
        outcome = judge_hresult(each["hresult"])
        yield f"{outcome.code}, {outcome.verdict}: {outcome.sentence}", True
        return
    try:
        answers = read_answers(each["response"]).answers
    except NotQbxml as error:
        yield f"the answer cannot be read: {error}", True
        return
    for answer in answers:
        yield _judgement(answer, request)


def _judgement(answer: Answer, request: str) -> tuple[str, bool]:
    code = answer.status.code
    said = f"{answer.type} {answer.request_id or '(no requestID)'}: {code}"
    written = _WRITES.search(answer.type)
    if written is None:
        well = code in _WELL
        return (said if well else f"{said}, {meaning_of(code).meaning}"), not well
    try:
        body = read_request(request, answer.request_id) if answer.request_id else None
        known = (body.text("ListID") or body.text("TxnID") or "") if body is not None else ""
        outcome = judge(answer, operation=_OPERATION[written[1]], quickbooks_id=known)
    except NotQbxml:
        return f"{said}, its request cannot be read", True
    if isinstance(outcome, Taken):
        return f"{said}, Taken: QuickBooks has it as {outcome.quickbooks_id or 'it was'}", False
    return f"{said}, {type(outcome).__name__}: {outcome.sentence}", True
