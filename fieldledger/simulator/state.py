"""What a company file holds: its records, what is derived from them, and what it remembers.

No rule of QuickBooks stands here; the modules of the requests hold those.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from fieldledger.simulator.variant import Variant

# A record's own content, by the names of qbXML. A text is as it is printed, a reference is the
# ListID alone, an aggregate is a mapping, a repeated one a list; amounts of transactions are cents.
Fields = dict[str, Any]

ITEM_TYPES = (  # In the order in which an ItemQuery answers them: qbXML 13.0 schema, ItemQueryRs.
    "ItemService",
    "ItemNonInventory",
    "ItemOtherCharge",
    "ItemInventory",
    "ItemInventoryAssembly",
    "ItemFixedAsset",
    "ItemSubtotal",
    "ItemDiscount",
    "ItemPayment",
    "ItemSalesTax",
    "ItemSalesTaxGroup",
    "ItemGroup",
)
ENTITY_TYPES = ("Customer", "Employee", "OtherName", "Vendor")
TERMS_TYPES = ("StandardTerms", "DateDrivenTerms")
TXN_TYPES = ("Invoice", "ReceivePayment", "CreditMemo", "Check", "Deposit")
# What a sale and what is taken back of one do to the balance of a customer.
_SALES = {"Invoice": 1, "CreditMemo": -1}

# Records whose names must differ. Customers, vendors, employees and other names share one name
# space, and so do items of all types. Sources: OnTime360's help on status 3100; Onscreen Reference
# on ListIDs; ItemQuery answering all types as one list.
FAMILIES: dict[str, str] = (
    dict.fromkeys(ENTITY_TYPES, "entity")
    | dict.fromkeys(ITEM_TYPES, "item")
    | dict.fromkeys(TERMS_TYPES, "terms")
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The request that wrote a record: known here whatever markers the record carries.

    `at` is an epoch second. What people did inside QuickBooks has the request "people".
    """

    request_id: str
    set_id: str
    request: str
    at: int


@dataclass(slots=True)
class Record:
    """One record; `created` and `modified` are epoch seconds."""

    type: str
    id: str
    created: int
    modified: int
    sequence: str
    fields: Fields
    origin: Origin
    changed_by: Origin | None = None

    @property
    def name(self) -> str:
        """The record's own name, without its parents'."""
        return str(self.fields.get("Name", ""))

    @property
    def parent(self) -> str | None:
        """The ListID of the parent, if there is one."""
        return self.fields.get("ParentRef")

    @property
    def active(self) -> bool:
        """Whether people see the record in QuickBooks' lists."""
        return bool(self.fields.get("IsActive", "true") == "true")


@dataclass(frozen=True, slots=True)
class Deleted:
    """What QuickBooks still knows of a deleted record; `name` is its FullName or RefNumber."""

    type: str
    id: str
    created: int
    deleted: int
    name: str


@dataclass(frozen=True, slots=True)
class StoredSet:
    """A message set's answer as the company file keeps it."""

    checksum: str
    answer: str


@dataclass(slots=True)
class Preferences:
    """The switches of the company; references are ListIDs, the date is text or empty."""

    sales_tax: bool = True
    default_tax_item: str = ""
    taxable_code: str = ""
    nontaxable_code: str = ""
    closing_date: str = ""
    inventory: bool = True
    class_tracking: bool = False
    multi_currency: bool = False


@dataclass(slots=True)
class Stamp:
    """A data extension of the company itself, such as the Web Connector's FileID."""

    owner_id: str
    name: str
    value: str


@dataclass(slots=True)
class Lock:
    """A record that somebody else holds open: its next `times` writes fail with `status`."""

    status: int
    times: int


@dataclass(slots=True)
class State:
    """A company file. `records` is the truth; the mappings below it follow from it."""

    seed: int
    name: str
    path: str
    time_zone: str
    variant: Variant
    is_sample: bool = False  # One of Intuit's own sample companies.
    preferences: Preferences = field(default_factory=Preferences)
    records: dict[str, Record] = field(default_factory=dict)
    deleted: list[Deleted] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    stored_sets: dict[str, dict[str, StoredSet]] = field(default_factory=dict)
    locks: dict[str, Lock] = field(default_factory=dict)
    restored_at: int | None = None
    condensed_at: int | None = None
    lists_made: int = 0
    txns_made: int = 0
    txn_numbers_made: int = 0
    iterators_made: int = 0

    by_type: dict[str, dict[str, Record]] = field(default_factory=dict, init=False)
    names: dict[tuple[str, str, str], str] = field(default_factory=dict, init=False)
    children: dict[str, set[str]] = field(default_factory=dict, init=False)
    guids: Counter[str] = field(default_factory=Counter, init=False)
    applied: dict[str, dict[str, int]] = field(default_factory=dict, init=False)
    balances: Counter[str] = field(default_factory=Counter, init=False)
    deposited: dict[str, str] = field(default_factory=dict, init=False)  # {payment: its deposit}
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.time_zone)
        for record in self.records.values():
            self.enter(record)

    def of_type(self, kind: str) -> dict[str, Record]:
        """Return the records of one type by id, oldest first."""
        return self.by_type.setdefault(kind, {})

    def enter(self, record: Record) -> None:
        """Take a record into the file and into all that follows from the records."""
        self.records[record.id] = record
        self.by_type.setdefault(record.type, {})[record.id] = record
        self.count(record)

    def leave(self, record: Record) -> None:
        """Take a record out of the file and out of all that follows from the records."""
        del self.records[record.id]
        del self.by_type[record.type][record.id]
        self.uncount(record)

    def count(self, record: Record) -> None:
        """Let all that follows from a record's content follow from it."""
        if record.type in TXN_TYPES:
            self.enter_amounts(record)
        else:
            self.names[name_key(record)] = record.id
            if record.parent:
                self.children.setdefault(record.parent, set()).add(record.id)
        guid = record.fields.get("ExternalGUID")
        if guid:
            self.guids[guid] += 1

    def uncount(self, record: Record) -> None:
        """Let nothing follow from a record's content any more: before it changes."""
        if record.type in TXN_TYPES:
            self.leave_amounts(record)
        else:
            self.names.pop(name_key(record), None)
            if record.parent:
                self.children[record.parent].discard(record.id)
        guid = record.fields.get("ExternalGUID")
        if guid:
            self.guids[guid] -= 1

    def enter_amounts(self, txn: Record) -> None:
        """Let a transaction count in balances."""
        fields = txn.fields
        if txn.type == "Deposit":
            self.deposited |= {each["TxnID"]: txn.id for each in fields["Lines"]}
            return
        if sign := _SALES.get(txn.type):
            total = fields["Subtotal"] + fields["SalesTaxTotal"]
            self.balances[fields["CustomerRef"]] += sign * total
            for each in fields.get("Credits", ()):  # Of an invoice; no balance changes by it.
                self.applied.setdefault(txn.id, {})[each["TxnID"]] = each["Amount"]
                self.applied.setdefault(each["TxnID"], {})[txn.id] = each["Amount"]
            return
        self.balances[fields["CustomerRef"]] -= _received(txn)
        for each in fields["Applied"]:
            taken = each["Amount"] + each["DiscountAmount"]
            self.applied.setdefault(each["TxnID"], {})[txn.id] = taken
            self.balances[fields["CustomerRef"]] -= each["DiscountAmount"]

    def leave_amounts(self, txn: Record) -> None:
        """Let a transaction count in balances no more."""
        fields = txn.fields
        if txn.type == "Deposit":
            for each in fields["Lines"]:
                self.deposited.pop(each["TxnID"], None)
            return
        if sign := _SALES.get(txn.type):
            total = fields["Subtotal"] + fields["SalesTaxTotal"]
            self.balances[fields["CustomerRef"]] -= sign * total
            for each in fields.get("Credits", ()):
                self.applied[txn.id].pop(each["TxnID"], None)
                self.applied[each["TxnID"]].pop(txn.id, None)
            return
        self.balances[fields["CustomerRef"]] += _received(txn)
        for each in fields["Applied"]:
            self.applied[each["TxnID"]].pop(txn.id, None)
            self.balances[fields["CustomerRef"]] += each["DiscountAmount"]

    def applied_to(self, invoice_id: str) -> int:
        """Return in cents what payments, discounts and credits have taken off an invoice.

        Of a credit memo, what was paid back of it or went to invoices.
        """
        payments = self.applied.get(invoice_id)
        return sum(payments.values()) if payments else 0

    def full_name(self, record_id: str) -> str:
        """Return the FullName of a list record: its parents' names and its own, with colons."""
        record: Record | None = self.records[record_id]
        names = []
        while record is not None:
            names.append(record.name)
            record = self.records.get(record.parent) if record.parent else None
        return ":".join(reversed(names)) if len(names) > 1 else names[0]

    def total_balance(self, customer_id: str) -> int:
        """Return in cents what a customer and its sub-customers owe."""
        below = self.children.get(customer_id, ())
        return self.balances[customer_id] + sum(self.total_balance(each) for each in below)

    def make_list_id(self, at: int) -> str:
        """Return a ListID as QuickBooks makes them: "80000003-1446676743"."""
        self.lists_made += 1
        return f"8{self.lists_made:07X}-{at}"

    def make_txn_id(self, at: int) -> str:
        """Return a TxnID or TxnLineID as QuickBooks makes them: "2F-1413895912"."""
        self.txns_made += 1
        return f"{self.txns_made:X}-{at}"

    def sequence_after(self, record: Record | None, at: int) -> str:
        """Return the EditSequence of a change at an epoch second.

        Source: recorded objects, whose EditSequence is TimeModified as an epoch second.
        """
        if record is not None and self.variant.edit_sequence_per_change:
            return str(max(at, int(record.sequence) + 1))
        return str(at)


def _received(txn: Record) -> int:
    """Return in cents what came from a customer; a check pays back."""
    amount: int = -txn.fields["Amount"] if txn.type == "Check" else txn.fields["TotalAmount"]
    return amount


def family_of(kind: str) -> str:
    """Return the name space of a type."""
    return FAMILIES.get(kind, kind)


def fold(name: str) -> str:
    """Return what two names have in common when QuickBooks calls them the same."""
    return name.strip().casefold()


def name_key(record: Record) -> tuple[str, str, str]:
    """Return what a record's name must not share with another record's."""
    return (family_of(record.type), record.parent or "", fold(record.name))


def state_to_plain(state: State) -> dict[str, Any]:
    """Return a company file as values that JSON can hold."""
    plain: dict[str, Any] = {
        "seed": state.seed,
        "name": state.name,
        "path": state.path,
        "time_zone": state.time_zone,
        "variant": asdict(state.variant),
        "is_sample": state.is_sample,
        "preferences": asdict(state.preferences),
        "records": [_plain_record(record) for record in state.records.values()],
        "deleted": [asdict(each) for each in state.deleted],
        "stamps": [asdict(each) for each in state.stamps],
        "stored_sets": {
            app: [[set_id, each.checksum, each.answer] for set_id, each in sets.items()]
            for app, sets in state.stored_sets.items()
        },
        "locks": {each: asdict(lock) for each, lock in state.locks.items()},
    }
    for name in PLAIN_NUMBERS:
        plain[name] = getattr(state, name)
    return plain


def _plain_record(record: Record) -> dict[str, Any]:
    """Return a record as plain values; dataclasses.asdict would copy every field of it."""
    changed_by = record.changed_by
    return {
        "type": record.type,
        "id": record.id,
        "created": record.created,
        "modified": record.modified,
        "sequence": record.sequence,
        "fields": record.fields,
        "origin": asdict(record.origin),
        "changed_by": asdict(changed_by) if changed_by else None,
    }


PLAIN_NUMBERS = (
    "restored_at",
    "condensed_at",
    "lists_made",
    "txns_made",
    "txn_numbers_made",
    "iterators_made",
)


def plain_to_arguments(plain: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of State for what state_to_plain made."""
    return {
        "seed": plain["seed"],
        "name": plain["name"],
        "path": plain["path"],
        "time_zone": plain["time_zone"],
        "variant": Variant(**plain["variant"]),
        "is_sample": plain.get("is_sample", False),
        "preferences": Preferences(**plain["preferences"]),
        "records": {each["id"]: _record_of(each) for each in plain["records"]},
        "deleted": [Deleted(**each) for each in plain["deleted"]],
        "stamps": [Stamp(**each) for each in plain["stamps"]],
        "stored_sets": {
            app: {set_id: StoredSet(checksum, answer) for set_id, checksum, answer in sets}
            for app, sets in plain["stored_sets"].items()
        },
        "locks": {each: Lock(**lock) for each, lock in plain["locks"].items()},
        **{name: plain[name] for name in PLAIN_NUMBERS},
    }


def _record_of(plain: dict[str, Any]) -> Record:
    changed_by = plain["changed_by"]
    return Record(
        **plain
        | {
            "origin": Origin(**plain["origin"]),
            "changed_by": Origin(**changed_by) if changed_by else None,
        }
    )
