"""What must be so once the kills have stopped and the queue is empty.

The company file knows which request made each record, whatever marks it carries, and the office
knows what it was promised: the server itself is asked last, and only for what it claims.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

from fieldledger.proving.rings.office import PATHS, Made, Office
from fieldledger.simulator.company import Company, Shown
from fieldledger.sync.content import Kind, State

_THERE: Final = frozenset({State.SYNCED, State.DIFFERS})


def judge(
    office: Office,
    company: Company,
    before: dict[str, int],
    forgotten: Collection[str] = frozenset(),
) -> list[str]:
    """Return what is wrong, in a line each; `before` are the company's totals before all of it.

    `forgotten` are the marks of what a restored database does not know any more: QuickBooks may
    have these records once, and their sums are in its totals.
    """
    ours = [each for each in company.records() if each.origin.set_id]
    problems = _doubled_marks(ours) + ([] if forgotten else _doubled_entries(ours))
    entries: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in office.api.all("/quickbooks/entries"):
        entries[entry["record"]].append(entry)
    wanted = [made for records in office.made.values() for made in records]
    by_name = {kind: _by_name(company, kind) for kind in Kind}
    expected = set()
    for made in wanted:
        there = by_name[made.kind][made.name]
        expected |= {each.id for each in there}
        problems += _judge_record(made, there, entries[made.guid])
    problems += [
        f"foreign: {each.type} {each.id} {each.name} was made for nothing that is known"
        for each in ours
        if each.id not in expected and _mark(each) not in forgotten
    ]
    if not forgotten:
        problems += _wrong_sums(office, company, before)
    return problems + _wrong_records(office)


def _by_name(company: Company, kind: Kind) -> dict[str, list[Shown]]:
    records = {
        Kind.CLIENT: company.customers,
        Kind.ITEM: company.items,
        Kind.INVOICE: company.invoices,
        Kind.PAYMENT: company.payments,
        Kind.CREDIT: company.credits,
        Kind.REFUND: company.checks,
    }[kind]()
    found: dict[str, list[Shown]] = defaultdict(list)
    for each in records:
        found[each.name].append(each)
    return found


def _mark(record: Shown) -> str:
    return record.guid.strip("{}").lower()


def _doubled_entries(ours: list[Shown]) -> list[str]:
    """Return where two records were made for one entry."""
    by_entry = Counter(each.origin.request_id.partition(":")[0] for each in ours)
    return [
        f"doubled: {count} records were made for entry {entry}"
        for entry, count in by_entry.items()
        if count > 1
    ]


def _doubled_marks(ours: list[Shown]) -> list[str]:
    """Return where two records carry one mark, or one carries none."""
    by_mark = Counter(each.guid for each in ours)
    return [
        f"doubled: {count} records carry the mark {mark or 'of nobody'}"
        for mark, count in by_mark.items()
        if count > 1 or not mark
    ]


def _judge_record(made: Made, there: list[Shown], entries: list[dict[str, Any]]) -> list[str]:
    what = f"{made.kind} {made.name}"
    if len(entries) != 1:
        return [f"lie: {what} has {len(entries)} entries in the log"]
    (entry,) = entries
    what = f"{what} ({entry['state']} {entry['message'] or ''})"
    if len(there) > 1:
        return [f"doubled: {what} is there {len(there)} times"]
    if not there:
        claimed = [f"lie: {what} is not there"] if entry["state"] in _THERE else []
        return [f"lost: {what}", *claimed]
    (record,) = there
    problems = []
    if _mark(record) != made.guid:
        problems.append(f"foreign: {what} carries the mark {record.guid}")
    if entry["state"] not in _THERE:
        problems.append(f"lie: {what} is there")
    if entry["quickbooks_id"] != record.id:
        problems.append(f"lie: {what} is {record.id} and is said to be {entry['quickbooks_id']}")
    if (said := _said(made.kind, record)) != made.said:
        problems.append(f"stale: {what} says {said}, not {made.said}")
    return problems


def _said(kind: Kind, record: Shown) -> str:
    match kind:
        case Kind.CLIENT:
            return str(record.fields.get("Phone", ""))
        case Kind.ITEM:
            side = record.fields.get("SalesOrPurchase") or {}
            return f"{Decimal(side.get('Price') or 0):.2f}"
        case Kind.INVOICE | Kind.PAYMENT | Kind.CREDIT | Kind.REFUND:
            return str(record.amounts["total"])


def _wrong_sums(office: Office, company: Company, before: dict[str, int]) -> list[str]:
    after = company.totals()
    problems = []
    for name, kind in (("invoiced", Kind.INVOICE), ("received", Kind.PAYMENT)):
        promised = sum(int(each.said) for each in office.made[kind])
        booked = after[name] - before[name]
        if booked != promised:
            problems.append(f"money: {booked} cents {name} in QuickBooks, {promised} here")
    owed = after["owed"] - before["owed"]
    billed = after["invoiced"] - before["invoiced"] - (after["received"] - before["received"])
    if owed != billed:
        problems.append(f"money: {owed} cents more are owed in QuickBooks, {billed} should be")
    return problems


def _wrong_records(office: Office) -> list[str]:
    """Return where our own database holds more or fewer records than were confirmed.

    Of the kinds that are made over the API, which the office of the rings works by.
    """
    problems = []
    for kind, made in office.made.items():
        here = Counter(each["id"] for each in office.api.all(PATHS[kind]))
        if here != Counter(each.guid for each in made):
            problems.append(
                f"lost or doubled here: {here.total()} records of the kind {kind},"
                f" {len(made)} were confirmed"
            )
    return problems
