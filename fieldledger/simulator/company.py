"""A simulated QuickBooks company file: what tests, the command and the simulation hold in hand."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from fieldledger.simulator.credits import credit_left, credit_total
from fieldledger.simulator.message_sets import Crash, Session, answer_document
from fieldledger.simulator.payments import invoice_balance
from fieldledger.simulator.problems import Refused
from fieldledger.simulator.sample import Sizes, fill
from fieldledger.simulator.state import (
    TXN_TYPES,
    Fields,
    Origin,
    Record,
    Stamp,
    State,
    plain_to_arguments,
    state_to_plain,
)
from fieldledger.simulator.variant import Variant

NO_SESSION = "0x8004040D"
NO_SESSION_MESSAGE = "The ticket parameter is invalid."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A record as a person would see it in QuickBooks, and who put it there.

    `amounts` are cents by name: "total", "balance", "tax" and so on; what a record has not is not
    there. `origin` is the request that made it, known whatever markers it carries.
    """

    type: str
    id: str
    name: str
    full_name: str
    active: bool
    guid: str
    edit_sequence: str
    fields: Fields
    amounts: dict[str, int]
    origin: Origin
    changed_by: Origin | None


class Company:
    """A company file.

    `answer` is the only way in for software; what people do in it is in people.py.
    """

    def __init__(self, state: State) -> None:
        self.state = state

    @classmethod
    def fresh(
        cls,
        *,
        seed: int,
        now: datetime,
        variant: Variant | None = None,
        name: str = "Lakeside Home Services",
        time_zone: str = "America/Los_Angeles",
        sales_tax: bool = True,
        sizes: Sizes | None = None,
        is_sample: bool = False,
    ) -> Self:
        """Return a company of a year of work: the same seed, the same company."""
        state = State(
            seed=seed,
            name=name,
            path=f"C:\\QuickBooks\\{name}.qbw",
            time_zone=time_zone,
            variant=variant or Variant(),
            is_sample=is_sample,
        )
        state.preferences.sales_tax = sales_tax
        fill(state, sizes or Sizes(), int(now.timestamp()))
        return cls(state)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the company that to_json wrote."""
        return cls(State(**plain_to_arguments(json.loads(text))))

    def to_json(self) -> str:
        """Return all there is of the company, one record a line; the same state, the same text."""
        plain = state_to_plain(self.state)
        records = plain.pop("records")
        head = json.dumps(plain, ensure_ascii=False, indent=1)
        lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in records)
        return f'{head[:-2]},\n "records": [\n{lines}\n]\n}}\n'

    def open_session(self, app: str = "Fieldledger") -> Session:
        """Begin an app's session with the file."""
        return Session(app)

    def answer(
        self, xml: str, *, session: Session, now: datetime, crash: Crash | None = None
    ) -> str:
        """Return the answer to a qbXML document.

        :raises Refused: if nothing of it ran: it breaks qbXML's structure, or the session is over.
        :raises Crashed: if `crash` says that QuickBooks dies over it.
        """
        if not session.is_open:
            raise Refused(NO_SESSION, NO_SESSION_MESSAGE)
        return answer_document(self.state, session, xml, int(now.timestamp()), crash)

    def stamp(self, *, owner_id: str, name: str, value: str) -> None:
        """Write a data extension of the company, as the Web Connector does with FileID."""
        for each in self.state.stamps:
            if each.owner_id.upper() == owner_id.upper() and each.name == name:
                each.value = value
                return
        self.state.stamps.append(Stamp(owner_id, name, value))

    def stamped(self, *, owner_id: str, name: str) -> str | None:
        """Return a data extension of the company."""
        for each in self.state.stamps:
            if each.owner_id.upper() == owner_id.upper() and each.name == name:
                return each.value
        return None

    def records(self, *types: str) -> list[Shown]:
        """Return the records of these types, or all, oldest first."""
        return list(self._shown(lambda each: not types or each.type in types))

    def customers(self) -> list[Shown]:
        """Return all customers and sub-customers."""
        return self.records("Customer")

    def items(self) -> list[Shown]:
        """Return the items of every type."""
        return list(self._shown(lambda each: each.type.startswith("Item")))

    def invoices(self) -> list[Shown]:
        """Return all invoices, voided ones too."""
        return self.records("Invoice")

    def credits(self) -> list[Shown]:
        """Return all credit memos, voided ones too."""
        return self.records("CreditMemo")

    def checks(self) -> list[Shown]:
        """Return all checks, voided ones too."""
        return self.records("Check")

    def payments(self) -> list[Shown]:
        """Return all payments received."""
        return self.records("ReceivePayment")

    def totals(self) -> dict[str, int]:
        """Return the sums of the books in cents, each counted from the records themselves."""
        invoices, payments = self.invoices(), self.payments()
        return {
            "invoiced": sum(each.amounts["total"] for each in invoices),
            "sales_tax": sum(each.amounts["tax"] for each in invoices),
            "credited": sum(each.amounts["total"] for each in self.credits()),
            "refunded": sum(each.amounts["total"] for each in self.checks()),
            "received": sum(each.amounts["total"] for each in payments),
            "discounts": sum(each.amounts["discounts"] for each in payments),
            "unused": sum(each.amounts["unused"] for each in payments),
            "owed": sum(each.amounts["balance"] for each in self.customers()),
        }

    def _shown(self, wanted: Callable[[Record], bool]) -> Iterator[Shown]:
        for record in self.state.records.values():
            if wanted(record):
                yield shown(self.state, record)


def shown(state: State, record: Record) -> Shown:
    """Return what a person would see of a record."""
    fields = record.fields
    number = str(fields.get("RefNumber", ""))
    is_txn = record.type in TXN_TYPES
    return Shown(
        type=record.type,
        id=record.id,
        name=number if is_txn else record.name,
        full_name=number if is_txn else state.full_name(record.id),
        active=record.active,
        guid=str(fields.get("ExternalGUID", "")),
        edit_sequence=record.sequence,
        fields=json.loads(json.dumps(fields)),
        amounts=_amounts(state, record),
        origin=record.origin,
        changed_by=record.changed_by,
    )


def _amounts(state: State, record: Record) -> dict[str, int]:
    fields: dict[str, Any] = record.fields
    if record.type == "Customer":
        return {
            "balance": state.balances[record.id],
            "total_balance": state.total_balance(record.id),
        }
    if record.type == "Invoice":
        total = fields["Subtotal"] + fields["SalesTaxTotal"]
        return {
            "subtotal": fields["Subtotal"],
            "tax": fields["SalesTaxTotal"],
            "total": total,
            "balance": invoice_balance(state, record),
        }
    if record.type == "CreditMemo":
        return {
            "subtotal": fields["Subtotal"],
            "tax": fields["SalesTaxTotal"],
            "total": credit_total(record),
            "left": credit_left(state, record),
        }
    if record.type == "Check":
        return {"total": fields["Amount"]}
    if record.type == "Deposit":
        return {"total": sum(each["Amount"] for each in fields["Lines"])}
    if record.type == "ReceivePayment":
        applied = sum(each["Amount"] for each in fields["Applied"])
        return {
            "total": fields["TotalAmount"],
            "applied": applied,
            "unused": fields["TotalAmount"] - applied,
            "discounts": sum(each["DiscountAmount"] for each in fields["Applied"]),
        }
    return {}
