"""What people have changed in QuickBooks since it took a record: three views, field by field.

What we would say now and what we said last are requests, what QuickBooks has is an answer; all
three are read by the same table, so that no vocabulary of ours stands between them. A request
names only what is ours; of everything else in QuickBooks' record nothing is said here.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from fieldledger.qbxml.reading import Record
from fieldledger.sync.content import Kind

QUIET_HOUR: Final = 2  # Of the business's own clock; a PC that sleeps then is met in the morning.
TOTAL: Final = "Total"
UNAPPLIED: Final = "Not applied"  # What of a payment goes to no invoice.
FIGURES: Final = (TOTAL, UNAPPLIED)  # QuickBooks answers them, and they may be others than ours.
_LINE: Final = "Line "
_DAY: Final = dt.timedelta(days=1)

_ADDRESS: Final = (
    *(f"Addr{number}" for number in range(1, 6)),
    "City",
    "State",
    "PostalCode",
    "Country",
)


def _address(name: str) -> tuple[str, ...]:
    return tuple(f"{name}/{each}" for each in _ADDRESS)


# What the columns call a field, and where it stands, by what it is. Of several elements that can
# say a thing (an item's sides), a record has one.
_FIELDS: Final[Mapping[Kind, Sequence[tuple[str, tuple[tuple[str, ...], ...]]]]] = {
    Kind.CLIENT: (
        ("Name", (("Name",),)),
        ("Active", (("IsActive",),)),
        ("Company", (("CompanyName",),)),
        ("First name", (("FirstName",),)),
        ("Last name", (("LastName",),)),
        ("Billing address", (_address("BillAddress"),)),
        ("Service address", (_address("ShipAddress"),)),
        ("Phone", (("Phone",),)),
        ("E-mail", (("Email",),)),
        ("Notes", (("Notes",),)),
    ),
    Kind.ITEM: (
        ("Name", (("Name",),)),
        ("Active", (("IsActive",),)),
        ("Tax code", (("SalesTaxCodeRef/ListID",),)),
        (
            "Description",
            (
                ("SalesOrPurchase/Desc",),
                ("SalesOrPurchaseMod/Desc",),
                ("SalesAndPurchase/SalesDesc",),
                ("SalesAndPurchaseMod/SalesDesc",),
                ("SalesDesc",),
            ),
        ),
        (
            "Price",
            (
                ("SalesOrPurchase/Price",),
                ("SalesOrPurchaseMod/Price",),
                ("SalesAndPurchase/SalesPrice",),
                ("SalesAndPurchaseMod/SalesPrice",),
                ("SalesPrice",),
            ),
        ),
    ),
    Kind.INVOICE: (
        ("Client", (("CustomerRef/ListID",),)),
        ("Number", (("RefNumber",),)),
        ("Date", (("TxnDate",),)),
        ("Terms", (("TermsRef/ListID",),)),
        ("Due date", (("DueDate",),)),
        ("Billing address", (_address("BillAddress"),)),
        ("Tax rate", (("ItemSalesTaxRef/ListID",),)),
        ("Tax code", (("CustomerSalesTaxCodeRef/ListID",),)),
        ("Memo", (("Memo",),)),
    ),
    Kind.CREDIT: (
        ("Client", (("CustomerRef/ListID",),)),
        ("Number", (("RefNumber",),)),
        ("Date", (("TxnDate",),)),
        ("Billing address", (_address("BillAddress"),)),
        ("Tax rate", (("ItemSalesTaxRef/ListID",),)),
        ("Tax code", (("CustomerSalesTaxCodeRef/ListID",),)),
        ("Memo", (("Memo",),)),
    ),
    Kind.REFUND: (
        ("Client", (("PayeeEntityRef/ListID",),)),
        ("Date", (("TxnDate",),)),
        ("Reference", (("RefNumber",),)),
        ("Memo", (("Memo",),)),
    ),
    Kind.PAYMENT: (
        ("Client", (("CustomerRef/ListID",),)),
        ("Date", (("TxnDate",),)),
        ("Reference", (("RefNumber",),)),
        ("Method", (("PaymentMethodRef/ListID",),)),
        ("Memo", (("Memo",),)),
        (TOTAL, (("TotalAmount",),)),
    ),
}
_LINES: Final = tuple(
    f"{txn}Line{what}" for txn in ("Invoice", "CreditMemo") for what in ("Add", "Mod", "Ret")
)
_ADDED_UP: Final = frozenset({"InvoiceRet", "CreditMemoRet"})
_DESCRIPTION: Final = "Desc"
_LINE_PARTS: Final = (
    "ItemRef/ListID",
    _DESCRIPTION,
    "Quantity",
    "Rate",
    "Amount",
    "SalesTaxCodeRef/ListID",
)
_NUMBERS: Final = frozenset({"Price", "TotalAmount", "UnusedPayment", "Quantity", "Rate", "Amount"})
_APPLIED: Final = ("AppliedToTxnAdd", "AppliedToTxnMod")
_NOTHING: Final = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a record: its values by place, as QuickBooks spells them, and one for people."""

    what: str
    says: Mapping[str, str]
    shown: str

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not any(self.says.values())


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field on three sides; None where it is not said, or not known any more."""

    what: str
    here: str | None
    sent: str | None
    there: str | None
    is_changed_here: bool  # We would say something else than QuickBooks took from us.
    is_other: bool  # QuickBooks has something else than we would say now.
    is_changed_there: bool  # And something else than it took from us, which was not nothing.


def read(kind: Kind, record: Record, names: Mapping[str, str]) -> dict[str, Field]:
    """Return what a request or an answer says of what is ours, by field.

    `names` are what to call records of lists, by ListID; an answer brings its own.
    """
    found: dict[str, Field] = {}
    for what, choices in _FIELDS[kind]:
        for paths in choices:
            says = {_place(path): text for path in paths if (text := record.text(path)) is not None}
            if says:
                found[what] = Field(what=what, says=says, shown=_shown(record, paths, says, names))
                break
    lines = [line for element in _LINES for line in record.children(element)]
    for number, line in enumerate(lines, 1):
        says = {path: text for path in _LINE_PARTS if (text := line.text(path)) is not None}
        what = f"{_LINE}{number}"
        found[what] = Field(what=what, says=says, shown=_shown_line(line, says, names))
    if record.type in _ADDED_UP and (subtotal := record.money("Subtotal")) is not None:
        total = subtotal + (record.money("SalesTaxTotal") or Decimal(0))
        found[TOTAL] = total_field(total)
    if record.type == "CheckRet" and (paid := record.money("Amount")) is not None:
        found[TOTAL] = total_field(paid)
    if kind == Kind.PAYMENT and (unapplied := _unapplied(record)) is not None:
        found[UNAPPLIED] = unapplied_field(unapplied)
    return found


def _unapplied(record: Record) -> Decimal | None:
    """Return what of a payment goes to no invoice: QuickBooks tells it, of ours it is what is left.

    An invoice that is deleted in QuickBooks leaves its payments there, applied to nothing
    (simulated so; unconfirmed on a real QuickBooks).
    """
    if record.type == "ReceivePaymentRet":
        return record.money("UnusedPayment")
    amount = record.money("TotalAmount")
    parts = (each for way in _APPLIED for each in record.texts(f"{way}/PaymentAmount"))
    return None if amount is None else amount - sum(map(Decimal, parts), Decimal(0))


def total_field(total: Decimal, ours: Decimal | None = None) -> Field:
    """Return QuickBooks' total as a field; `ours` is what was sent, and shown, in its place."""
    shown = _money(total if ours is None else ours)
    return Field(what=TOTAL, says={"TotalAmount": f"{total:.2f}"}, shown=shown)


def unapplied_field(amount: Decimal, ours: Decimal | None = None) -> Field:
    """Return what of a payment goes to no invoice as a field; `ours` is shown in its place."""
    shown = _money(amount if ours is None else ours)
    return Field(what=UNAPPLIED, says={"UnusedPayment": f"{amount:.2f}"}, shown=shown)


def nothing(what: str) -> Field:
    """Return a field of which nothing was said."""
    return Field(what=what, says={}, shown=_NOTHING)


def _money(amount: Decimal) -> str:
    return f"{'−' if amount < 0 else ''}${abs(amount):,.2f}"


def compare(now: Fields, sent: Fields, there: Fields) -> list[Row]:
    """Return the rows of the three columns, those that are alike among them.

    `sent` leaves out what is not known any more. What is empty here and was never filled is no
    field of ours: what people write there is shown, and is no change of theirs.
    """
    extra = [each for each in there if each.startswith(_LINE) and each not in now]
    asked = dict.fromkeys((*now, *sent, *extra))
    return [_row(what, now.get(what), sent, there.get(what)) for what in asked]


def changed_there(rows: Iterable[Row]) -> list[str]:
    """Return the fields that somebody has changed in QuickBooks."""
    return [each.what for each in rows if each.is_changed_there]


def _row(what: str, now: Field | None, sent: Fields, there: Field | None) -> Row:
    took = sent.get(what)
    is_line = what.startswith(_LINE)
    said_nothing = is_line and (took is None or not took.says.get(_DESCRIPTION))
    is_other = not _agree(now, there, filled_in=said_nothing)
    if took is not None:
        # The total that QuickBooks answered may have been another than ours from the beginning.
        # What was empty is no field of ours: people may fill it in.
        is_changed = (
            not took.is_empty
            and (is_other or what in FIGURES)
            and not _agree(took, there, filled_in=said_nothing)
        )
    else:
        is_changed = now is None and any(each.startswith(_LINE) for each in sent)
    return Row(
        what=what,
        here=now.shown if now else None,
        sent=took.shown if took else None,
        there=there.shown if there else None,
        is_changed_here=is_changed_here(now, took),
        is_other=is_other,
        is_changed_there=is_changed,
    )


def unseen(now: Fields, sent: Fields) -> list[Row]:
    """Return the rows while QuickBooks has not been looked at since it took the record.

    Of its own total it told then.
    """
    rows = []
    for what in dict.fromkeys((*now, *sent)):
        ours, took = now.get(what), sent.get(what)
        answered = _money(Decimal(took.says["TotalAmount"])) if took and what == TOTAL else None
        row = Row(
            what=what,
            here=ours.shown if ours else None,
            sent=took.shown if took else None,
            there=answered,
            is_changed_here=is_changed_here(ours, took),
            is_other=answered is not None and not _agree(ours, took),
            is_changed_there=False,
        )
        rows.append(row)
    return rows


def is_changed_here(now: Field | None, took: Field | None) -> bool:
    """Whether we would say something else than was sent; of a total, what was sent of it."""
    if now is None or took is None or now.what == TOTAL:
        return (now.shown if now else None) != (took.shown if took else None)
    return not _agree(now, took)


def _agree(ours: Field | None, theirs: Field | None, *, filled_in: bool = False) -> bool:
    """Whether QuickBooks has what we say; a line that we do not have is none of ours.

    `filled_in` says that a line's description which is empty here was never another: QuickBooks
    takes its item's then (simulated so; unconfirmed on a real QuickBooks).
    """
    if ours is None:
        return theirs is None
    says = theirs.says if theirs else {}
    return all(
        _is_same(place, text, says.get(place, ""))
        or (filled_in and place == _DESCRIPTION and not text)
        for place, text in ours.says.items()
    )


def _is_same(place: str, one: str, other: str) -> bool:
    if place in _NUMBERS and (number := _number(one)) is not None:
        return number == _number(other)
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return None


def _place(path: str) -> str:
    """Return what a place is called on all sides: an item's price stands in one of five."""
    head, slash, tail = path.rpartition("/")
    if head.startswith(("SalesOrPurchase", "SalesAndPurchase")) or not slash:
        return tail.removeprefix("Sales") if tail in {"SalesDesc", "SalesPrice"} else tail
    return path


def _shown(
    record: Record, paths: Sequence[str], says: Mapping[str, str], names: Mapping[str, str]
) -> str:
    if len(paths) > 1:
        return ", ".join(text for text in says.values() if text) or _NOTHING
    (path,) = paths
    (text,) = says.values()
    if path.endswith("/ListID"):
        full_name = record.text(f"{path.removesuffix('ListID')}FullName")
        return full_name or names.get(text) or (text and "another one") or _NOTHING
    if path == "IsActive":
        return "yes" if text == "true" else "no"
    if path == "TotalAmount" and (amount := _number(text)) is not None:
        return _money(amount)
    if path in {"TxnDate", "DueDate"} and (date := record.date(path)) is not None:
        return f"{date:%b} {date.day}, {date.year}"
    return text.strip() or _NOTHING


def _shown_line(line: Record, says: Mapping[str, str], names: Mapping[str, str]) -> str:
    item = line.text("ItemRef/FullName") or names.get(says.get("ItemRef/ListID", ""), "")
    parts = [item, _plain(says.get("Desc", "")) if says.get("Desc") != item else ""]
    figures = ""
    if says.get("Quantity") and says.get("Rate"):
        figures = f"{_figure(says['Quantity'])} × {_figure(says['Rate'])}"
    if says.get("Amount"):
        figures = f"{figures} = {says['Amount']}" if figures else says["Amount"]
    return ": ".join(text for text in (*parts, figures) if text) or _NOTHING


def _figure(text: str) -> str:
    number = _number(text)
    return text if number is None else f"{number.normalize():f}"


# --- Kept, and read again ---


def dump(fields: Fields) -> list[dict[str, Any]]:
    """Return fields as plain values, to be kept."""
    return [{"what": each.what, "says": each.says, "shown": each.shown} for each in fields.values()]


def load(kept: Iterable[Mapping[str, Any]]) -> dict[str, Field]:
    """Return fields that were kept."""
    return {
        each["what"]: Field(what=each["what"], says=each["says"], shown=each["shown"])
        for each in kept
    }


def next_quiet_hour(now: dt.datetime) -> dt.datetime:
    """Return the next time to look; `now` is on the business's own clock."""
    today = now.replace(hour=QUIET_HOUR, minute=0, second=0, microsecond=0)
    return today if today > now else today + _DAY
