"""What the probe takes away again, and whether the company is as it was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fieldledger.qbxml.objects import (
    AccountQuery,
    CustomerQuery,
    EntityFilter,
    InvoiceQuery,
    ItemQuery,
    ItemServiceQuery,
    ListDel,
    OtherNameQuery,
    ReceivePaymentQuery,
    TxnDel,
    VendorQuery,
)
from fieldledger.sync.probe.asking import REFUSED_FROM, Made, Run, Seen, Step

ROUNDS_MAX: Final = 4  # Of looking and deleting, until what is left is left to a person.
_MARKS: Final = ("ListID", "EditSequence", "Name", "ExternalGUID")
_KINDS: Final = {"Customer": CustomerQuery, "ItemService": ItemServiceQuery}
_TXNS: Final = {"ReceivePayment": ReceivePaymentQuery, "Invoice": InvoiceQuery}
_LOOK, _TXN_LOOK, _DELETE = "look", "txns", "delete"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Nothing more can be taken away; `left` is what QuickBooks did not let go."""

    left: tuple[Made, ...]


def clean(run: Run, made: Sequence[Made]) -> Step | Cleaned:
    """Return the next step of taking away what was made, found by its name and its mark.

    Transactions are those of the customers that were made: payments first, then invoices, then
    items and customers.
    """
    if not made:
        return Cleaned(())
    last = run.seen[-1] if run.seen else None
    if last is None or last["what"] == _DELETE:
        return _look(run, made)
    if last["what"] == _LOOK:
        return _after_look(run, made, last)
    ours = _ours(run.seen[-2], made)
    txns = [
        (kind, each["TxnID"])
        for kind in _TXNS
        for each in last["answers"].get(kind, {"records": ()})["records"]
    ]
    return _delete(run, txns, ours)


def _look(run: Run, made: Sequence[Made]) -> Step:
    requests = []
    for kind, query in _KINDS.items():
        names = tuple(dict.fromkeys(each.name for each in made if each.kind == kind))
        if names:
            asked: Any = query(full_name=names, include_ret_element=_MARKS)
            requests.append(run.request(kind, asked))
    return Step(requests=tuple(requests), what=_LOOK)


def _after_look(run: Run, made: Sequence[Made], look: Seen) -> Step | Cleaned:
    looks = sum(each["what"] == _LOOK for each in run.seen)
    answers = look["answers"].values()
    if not answers or any(each["code"] >= REFUSED_FROM for each in answers):
        # Not answered is not gone.
        return Cleaned(tuple(made)) if looks >= ROUNDS_MAX else _look(run, made)
    ours = _ours(look, made)
    if not ours:
        return Cleaned(())
    if looks >= ROUNDS_MAX:
        return Cleaned(tuple(each for each, _ in ours))
    customers = tuple(list_id for each, list_id in ours if each.kind == "Customer")
    if not customers:
        return _delete(run, (), ours)
    requests = []
    for kind, query in _TXNS.items():
        asked: Any = query(
            entity_filter=EntityFilter(list_id=customers), include_ret_element=("TxnID",)
        )
        requests.append(run.request(kind, asked))
    return Step(requests=tuple(requests), what=_TXN_LOOK)


def _ours(look: Seen, made: Sequence[Made]) -> list[tuple[Made, str]]:
    """Return what was made and is there, each with its ListID; told by name and mark together."""
    known = {(each.kind, each.name.casefold(), each.guid.casefold()): each for each in made}
    found = []
    for kind in _KINDS:
        for record in look["answers"].get(kind, {"records": ()})["records"]:
            mark = (kind, record.get("Name", "").casefold(), record.get("ExternalGUID", "").lower())
            if mark in known:
                found.append((known[mark], record["ListID"]))
    return found


def _delete(run: Run, txns: Sequence[tuple[str, str]], ours: Sequence[tuple[Made, str]]) -> Step:
    bodies: list[Any] = [TxnDel(txn_del_type=kind, txn_id=txn_id) for kind, txn_id in txns]
    for kind in reversed(_KINDS):
        bodies.extend(
            ListDel(list_del_type=kind, list_id=list_id)
            for each, list_id in ours
            if each.kind == kind
        )
    return Step(
        requests=tuple(run.request(str(place), body) for place, body in enumerate(bodies)),
        what=_DELETE,
    )


# --- Comparing ---

_COUNTED: Final[Mapping[str, tuple[str, Any]]] = {
    "customers": (
        "customers",
        CustomerQuery(active_status="All", include_ret_element=("ListID", "EditSequence")),
    ),
    "items": (
        "items",
        ItemQuery(active_status="All", include_ret_element=("ListID", "EditSequence")),
    ),
    "vendors": (
        "vendors",
        VendorQuery(active_status="All", include_ret_element=("ListID", "EditSequence")),
    ),
    "othernames": (
        "other names",
        OtherNameQuery(active_status="All", include_ret_element=("ListID", "EditSequence")),
    ),
    # Only their ids: whether a posted invoice gives an account a new EditSequence is not known.
    "accounts": ("accounts", AccountQuery(active_status="All", include_ret_element=("ListID",))),
    "invoices": ("invoices", InvoiceQuery(include_ret_element=("TxnID", "EditSequence"))),
    "payments": ("payments", ReceivePaymentQuery(include_ret_element=("TxnID", "EditSequence"))),
}


def count_everything(run: Run) -> Step:
    """Return the step that reads which records there are, to compare before and after."""
    requests = tuple(run.request(key, query) for key, (_, query) in _COUNTED.items())
    return Step(requests=requests, keeps=False)


def counted(seen: Seen) -> dict[str, list[Any]]:
    """Return how many records there are of each kind, and a digest that tells which."""
    return {
        words: [answer["count"], answer["digest"]]
        for key, (words, _) in _COUNTED.items()
        if (answer := seen["answers"].get(key)) is not None and answer["code"] < REFUSED_FROM
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return in words what is not as it was: empty if nothing is."""
    found = []
    for words, (count, digest) in before.items():
        now = after.get(words)
        if now is None:
            found.append(f"{words}: could not be counted again")
        elif now[0] != count:
            found.append(f"{words}: {count} before, {now[0]} after")
        elif now[1] != digest:
            found.append(f"{words}: as many as before, but not the same")
    return found
