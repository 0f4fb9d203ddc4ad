"""Store a document for QuickBooks before it leaves, and find again what each request was for.

The bytes, the entries and the id of a message set are committed before the document is handed to
the Web Connector; asked for again, the same bytes leave again.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fieldledger.qbxml.reading import AnswerSet
from fieldledger.qbxml.writing import Request, write_message_set
from fieldledger.quickbooks.context import Context, SessionStops
from fieldledger.quickbooks.models import MessageSet, Session
from fieldledger.quickbooks.tables import insert_one

VERSION: Final = (13, 0)  # Every QuickBooks from 2014 on takes it (Intuit's version table).
_QUICK: Final = 1  # Of zlib's levels: a document shrinks to a tenth even so.


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that has not been stored yet: what to send, and what each request is for."""

    purpose: MessageSet.Purpose
    requests: Sequence[Request]
    content: Sequence[Mapping[str, Any]]  # Beside each request: {"r": requestID, ...}.
    set_id: str = ""
    clears: str = ""  # The id of the set whose stored answer is no longer needed.
    about: MessageSet | None = None
    fence_mark: str = ""  # Of the link record's change that leads it; without it nothing may run.

    def render(self) -> str:
        """Return the qbXML."""
        return write_message_set(
            self.requests,
            new_message_set_id=self.set_id or None,
            old_message_set_id=self.clears or None,
            on_error="stopOnError" if self.fence_mark else "continueOnError",
            version=VERSION,
        )


def store(document: Document, session: Session, context: Context) -> tuple[MessageSet, str]:
    """Store the document as the one the session waits for; return it and its text."""
    text = document.render()
    stored = MessageSet(
        connection_id=session.connection_id,
        session=session,
        purpose=document.purpose,
        set_id=document.set_id if document.purpose == MessageSet.Purpose.WRITE else "",
        about=document.about,
        fence_mark=document.fence_mark,
        content=list(document.content),
        body=zlib.compress(text.encode(), _QUICK),
        sent_at=context.now,
    )
    insert_one(stored)
    session.message_set = stored
    return stored, text


def text_of(message_set: MessageSet) -> str:
    """Return the document's exact text."""
    return zlib.decompress(bytes(message_set.body)).decode()


def pack(text: str) -> bytes:
    """Return `text` as it is kept."""
    return zlib.compress(text.encode("utf-8", "replace"), _QUICK) if text else b""


def unpack(body: bytes | memoryview) -> str:
    """Return what was packed."""
    return zlib.decompress(bytes(body)).decode() if body else ""


def require_answer(message_set: MessageSet, answers: AnswerSet) -> None:
    """Let no answer to another document tell of the company file, or of the fence.

    Elsewhere each request is told by its own id; there, what is not said would say something.

    :raises SessionStops: if it is none of this document's.
    """
    if message_set.purpose not in {MessageSet.Purpose.FENCE, MessageSet.Purpose.CHECK}:
        return
    set_id = message_set.content[0].get("id", "")
    asked = {row["r"] for row in message_set.content if row["r"]}
    told = {each.request_id for each in answers.answers}
    is_of_another_set = bool(answers.message_set_id) and answers.message_set_id != set_id
    if is_of_another_set or (told and asked and not told & asked):
        sentence = "The answer to another question came back. QuickBooks is asked again."
        raise SessionStops(sentence)
    if not told and message_set.purpose == MessageSet.Purpose.CHECK:
        raise SessionStops(
            "QuickBooks did not say whether this is the company file as it was left, so nothing was"
            " sent. It is asked again the next time; if this goes on, restart QuickBooks."
        )
