"""What a question of the probe is made of: steps to send, what was seen, what was found."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

from fieldledger.qbxml.objects import (
    AccountQuery,
    CustomerAdd,
    InvoiceAdd,
    InvoiceLineAdd,
    ItemServiceAdd,
    Ref,
    SalesOrPurchase,
)
from fieldledger.qbxml.reading import Answer, AnswerSet, Record
from fieldledger.qbxml.writing import Request

REFUSED_FROM: Final = 1000  # Below are information and warnings (Intuit's status code list).
RECORDS_KEPT_MAX: Final = 500
PRICE: Final = Decimal("10.00")

# What is remembered of records; steps ask only for records that the probe has made, and for ids.
_REMEMBERED: Final = (
    "ListID",
    "TxnID",
    "EditSequence",
    "TimeModified",
    "TimeDeleted",
    "LastRestoreTime",
    "Name",
    "ExternalGUID",
    "RefNumber",
    "Phone",
    "CompanyName",
    "BillAddress/Addr1",
    "BillAddress/City",
)
_ROOT: Final = UUID("5b0a7d7e-5f0c-4a53-8e0a-2b8c7a6f3d11")

Seen: TypeAlias = dict[str, Any]  # What `seen_of` returns; plain values that JSON can hold.


@dataclass(frozen=True, slots=True)
class Made:
    """A list record that a step makes: written down before the step is sent."""

    kind: str  # "Customer", "ItemService".
    name: str
    guid: str  # Its ExternalGUID, as qbXML writes it.

    def plain(self) -> list[str]:
        """Return it as JSON can hold it."""
        return [self.kind, self.name, self.guid]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One document for QuickBooks.

    `spelled` says what stands in its text for a character that the writer would refuse. `keeps`
    is whether the records of the answer are remembered, or only counted.
    """

    requests: tuple[Request, ...] = ()
    new_id: str = ""
    old_id: str = ""
    makes: tuple[Made, ...] = ()
    spelled: Mapping[str, str] = field(default_factory=dict)
    keeps: bool = True
    what: str = ""  # For a question whose steps do not follow each other in one order.


@dataclass(frozen=True, slots=True)
class Found:
    """What a question has found: `answers` by the question's keys, and one sentence."""

    answers: Mapping[str, Any]
    words: str


class NotEstablished(Exception):
    """The question cannot be answered here; the words say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt at a question.

    `root` is unlike that of any other attempt of any probe; `code` is short and goes into names.
    `today` is the date for transactions, `known` what earlier questions have found.
    """

    root: str
    code: str
    today: date
    seen: Sequence[Seen] = ()
    known: Mapping[str, Any] = field(default_factory=dict)

    def name(self, which: str) -> str:
        """Return a name for a record of the probe; at most 31 characters."""
        return f"FL probe {self.code} {which}"

    def guid(self, which: str) -> str:
        """Return an ExternalGUID."""
        return f"{{{uuid5(_ROOT, f'{self.root}/{which}')}}}".upper()

    def set_id(self, which: str) -> str:
        """Return a message set's id of 23 characters, as those of the sync are."""
        digest = hashlib.sha256(f"{self.root}/{which}".encode()).digest()
        return "F" + base64.b32encode(digest).decode().lower()[:22]

    def request_id(self, which: str) -> str:
        """Return a requestID: the same for the same step, so that its bytes are the same."""
        return f"probe:{self.code}:{which}"

    def request(self, which: str, body: Any, **more: Any) -> Request:
        """Return a request."""
        return Request(request_id=self.request_id(which), body=body, **more)

    def number(self, which: str) -> str:
        """Return an invoice's number; at most 11 characters."""
        return f"P{self.code}{which}"

    def customer(self, which: str, *, guid: str = "", **more: Any) -> tuple[Request, Made]:
        """Return the request that makes a customer, and what is written down of it."""
        made = Made("Customer", self.name(which), self.guid(guid or which))
        body = CustomerAdd(name=made.name, external_guid=made.guid, **more)
        return self.request(which, body), made

    def service(self, which: str, account_id: str, **more: Any) -> tuple[Request, Made]:
        """Return the request that makes a service item, and what is written down of it."""
        made = Made("ItemService", self.name(which), self.guid(which))
        body = ItemServiceAdd(
            name=made.name,
            external_guid=made.guid,
            sales_or_purchase=SalesOrPurchase(price=PRICE, account_ref=Ref(list_id=account_id)),
            **more,
        )
        return self.request(which, body), made

    def invoice(
        self, which: str, customer_id: str, item_id: str, *, number: str | None = None
    ) -> Request:
        """Return the request for an invoice over PRICE; it is found again by its customer."""
        line = InvoiceLineAdd(item_ref=Ref(list_id=item_id), quantity=Decimal(1), rate=PRICE)
        body = InvoiceAdd(
            customer_ref=Ref(list_id=customer_id),
            txn_date=self.today,
            ref_number=number,
            is_to_be_printed=False,
            external_guid=self.guid(which),
            invoice_line_add=(line,),
        )
        return self.request(which, body)

    def accounts(self, account_type: str) -> Step:
        """Return the step that asks for accounts of a type."""
        asked = AccountQuery(
            active_status="ActiveOnly",
            account_type=(account_type,),
            include_ret_element=("ListID",),
        )
        return Step(requests=(self.request("accounts", asked),))

    def ask_of(self, which: str) -> Step:
        """Return the step that asks what is stored under a set's id; it runs nothing."""
        return Step(new_id=self.set_id(which), old_id=self.set_id(which))

    def clear(self, which: str) -> Step:
        """Return the step that lets QuickBooks forget a set."""
        return Step(old_id=self.set_id(which))

    def record(self, step: int, which: str) -> Mapping[str, str]:
        """Return the record that a request of a step has made or changed.

        :raises NotEstablished: if QuickBooks refused it.
        """
        answer = self.answer(step, which)
        if answer["code"] >= REFUSED_FROM or not (answer["records"] or answer["recovery"]):
            raise NotEstablished(
                f"It could not be tried: QuickBooks answered {answer['code']} to a preparation."
            )
        found: Mapping[str, str] = (answer["records"] or [answer["recovery"]])[0]
        return found

    def answer(self, step: int, which: str) -> Mapping[str, Any]:
        """Return what QuickBooks answered to a request of a step.

        :raises NotEstablished: if it did not answer it.
        """
        seen = self.seen[step]
        answer: Mapping[str, Any] | None = seen["answers"].get(which)
        if answer is None:
            reason = (
                f"refused the document ({seen['hresult']})" if seen["hresult"] else "was silent"
            )
            raise NotEstablished(f"It could not be tried: QuickBooks {reason}.")
        return answer

    def account(self, step: int) -> str:
        """Return the ListID of an account that a step has asked for.

        :raises NotEstablished: if the company has none.
        """
        records = self.answer(step, "accounts")["records"]
        if not records:
            raise NotEstablished("It could not be tried: the company has no account of the type.")
        return str(records[0]["ListID"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to find out.

    `asks` is the question in plain words, `changes` what its answer decides for the sync; `keys`
    are the answers it gives. Without `next` it is asked of the Web Connector: see `lines`.
    """

    key: str
    asks: str
    changes: str
    keys: tuple[str, ...]
    next: Callable[[Run], Step | Found] | None = None


def next_of(question: Question, run: Run) -> Step | Found:
    """Return what to send next, or what was found."""
    assert question.next is not None
    try:
        return question.next(run)
    except NotEstablished as why:
        return not_established(question, str(why))
    except KeyError as lacks:
        return not_established(question, f"QuickBooks’ answer lacks what it should say: {lacks}.")


def not_established(question: Question, words: str) -> Found:
    """Return that a question stays open, and why."""
    return Found(dict.fromkeys(question.keys), words)


def seen_of(step: Step, answers: AnswerSet | None, *, hresult: str = "", length: int = 0) -> Seen:
    """Return what is remembered of an answer; None for a document that was refused whole.

    {"set": status or None, "hresult": "", "length": characters, "what": step's,
     "answers": {request's name: {"code", "records", "recovery", "count", "digest"}}}
    """
    found = answers.answers if answers is not None else ()
    return {
        "set": answers.message_set_status if answers is not None else None,
        "hresult": hresult,
        "length": length,
        "what": step.what,
        "answers": {
            each.request_id.rpartition(":")[2]: _answer(each, keeps=step.keeps) for each in found
        },
    }


def _answer(answer: Answer, *, keeps: bool) -> dict[str, Any]:
    recovery = answer.recovery
    marks = sorted(
        f"{each.text('ListID') or each.text('TxnID')}/{each.text('EditSequence')}"
        for each in answer.records
    )
    return {
        "code": answer.status.code,
        "count": len(answer.records),
        "digest": hashlib.sha256("\n".join(marks).encode()).hexdigest(),
        "records": [_record(each) for each in answer.records[:RECORDS_KEPT_MAX]] if keeps else [],
        "recovery": None
        if recovery is None
        else {
            name: text
            for name, text in (
                ("ListID", recovery.list_id),
                ("TxnID", recovery.txn_id),
                ("EditSequence", recovery.edit_sequence),
            )
            if text is not None
        },
    }


def _record(record: Record) -> dict[str, str]:
    return {path: text for path in _REMEMBERED if (text := record.text(path)) is not None}
