"""Queries of lists, transactions and deletions: filters, pages, iterators, counts.

Sources: Onscreen Reference (which filters exclude each other, ActiveOnly as the default, inclusive
dates, 90 days of deletions); recorded answers (status 1, the order of attributes); consolibyte's
issue 183 (status 3391 for an iterator of another session).
"""

import random
import uuid
from collections.abc import Callable, Iterable
from typing import Final

from fieldledger.simulator.formats import cents_of, money, second_of
from fieldledger.simulator.names import find_by_full_name
from fieldledger.simulator.payments import undeposited_funds
from fieldledger.simulator.printing import print_record
from fieldledger.simulator.problems import Failed, missing
from fieldledger.simulator.state import ITEM_TYPES, Deleted, Fields, Record, State, fold
from fieldledger.simulator.turn import Answered, Iterator, Rule, Turn
from fieldledger.simulator.views import record_view, reference_view

DELETIONS_KEPT_S: Final = 90 * 24 * 3600
NOTHING_FOUND: Final = Failed(1, "A query request did not find a matching object in QuickBooks")

Test = Callable[[Record], bool]


def list_query(*types: str) -> Rule:
    """Return the rule of a query of list records of these types."""

    def query(turn: Turn, asked: Fields) -> Answered:
        if _continues(turn):
            return _next_page(turn, asked)
        state = turn.state
        if "ListID" in asked:
            found = {each: state.records.get(each) for each in asked["ListID"]}
            return _named(turn, asked, found, types)
        if "FullName" in asked:
            by_name = {each: _find(state, types, each) for each in asked["FullName"]}
            return _named(turn, asked, by_name, types)
        tests = _list_tests(state, asked)
        records = [
            each
            for kind in types
            for each in state.of_type(kind).values()
            if all(test(each) for test in tests)
        ]
        position = {kind: ITEM_TYPES.index(kind) if kind in ITEM_TYPES else 0 for kind in types}
        records.sort(key=lambda each: (position[each.type], fold(state.full_name(each.id))))
        return _first_page(turn, asked, [each.id for each in records])

    return query


def txn_query(kind: str) -> Rule:
    """Return the rule of a query of transactions of one type."""

    def query(turn: Turn, asked: Fields) -> Answered:
        if _continues(turn):
            return _next_page(turn, asked)
        state = turn.state
        of_type = state.of_type(kind)
        if "TxnID" in asked:
            ids = [turn.txn_id(each) for each in asked["TxnID"]]
            return _named(turn, asked, {each: of_type.get(each) for each in ids}, (kind,))
        for element, key in (("RefNumber", fold), ("RefNumberCaseSensitive", str)):
            if element in asked:
                return _by_number(turn, asked, of_type.values(), element, key)
        if kind == "Deposit" and {"EntityFilter", "AccountFilter"} & set(asked):
            raise Failed(3250, "This company finds deposits by their dates alone.")
        tests = _txn_tests(state, asked)
        records = [each for each in of_type.values() if all(test(each) for test in tests)]
        records.sort(key=lambda each: (each.fields["TxnDate"], each.fields["TxnNumber"]))
        return _first_page(turn, asked, [each.id for each in records])

    return query


def _find(state: State, types: tuple[str, ...], full_name: str) -> Record | None:
    for family in {(kind,) for kind in types}:
        record = find_by_full_name(state, family, full_name)
        if record is not None:
            return record
    return None


def _named(
    turn: Turn, asked: Fields, found: dict[str, Record | None], types: tuple[str, ...]
) -> Answered:
    """Answer a query that lists what it wants: what is missing makes it a warning, no more."""
    records = []
    for wanted, record in found.items():
        if record is not None and record.type in types:
            records.append(record.id)
        else:
            _warn_missing(turn, wanted)
    return _printed(turn, asked, records)


def _warn_missing(turn: Turn, wanted: str) -> None:
    turn.warn(
        500,
        "The query request has not been fully completed. There was a required element "
        f'("{wanted}") that could not be found in QuickBooks.',
    )


def _by_number(
    turn: Turn, asked: Fields, records: Iterable[Record], element: str, key: Callable[[str], str]
) -> Answered:
    wanted = {key(each): each for each in asked[element]}
    found = [each for each in records if key(each.fields.get("RefNumber", "")) in wanted]
    there = {key(each.fields.get("RefNumber", "")) for each in found}
    for number, as_given in wanted.items():
        if number not in there:
            _warn_missing(turn, as_given)
    return _printed(turn, asked, [each.id for each in found])


def _check_features(asked: Fields) -> None:
    """Refuse filters by what this company does not keep."""
    for element, feature in (("ClassFilter", "classes"), ("CurrencyFilter", "currencies")):
        if element in asked:
            raise Failed(3250, f"This feature is not enabled: {feature}.")


def _list_tests(state: State, asked: Fields) -> list[Test]:
    _check_features(asked)
    status = asked.get("ActiveStatus", "ActiveOnly")
    tests: list[Test] = _modified_tests(state, asked)
    if status != "All":
        tests.append(lambda each: each.active == (status == "ActiveOnly"))
    named = asked.get("NameFilter")
    if named:
        matches = _text_test(named["MatchCriterion"], named["Name"])
        tests.append(lambda each: matches(state.full_name(each.id)))
    between = asked.get("NameRangeFilter")
    if between:
        within = _range_test(between.get("FromName", ""), between.get("ToName", ""))
        tests.append(lambda each: within(state.full_name(each.id)))
    owed = asked.get("TotalBalanceFilter")
    if owed:
        amount, compare = cents_of(owed["Amount"] or "0"), COMPARISONS[owed["Operator"]]
        tests.append(lambda each: compare(state.total_balance(each.id), amount))
    typed = (each for each in ("AccountType", "PaymentMethodType") if each in asked)
    tests.extend(_value_test(element, asked[element]) for element in typed)
    return tests


def _value_test(element: str, wanted: list[str]) -> Test:
    return lambda each: each.fields.get(element) in wanted


COMPARISONS: Final[dict[str, Callable[[int, int], bool]]] = {
    "LessThan": int.__lt__,
    "LessThanEqual": int.__le__,
    "Equal": int.__eq__,
    "GreaterThan": int.__gt__,
    "GreaterThanEqual": int.__ge__,
}


def _modified_tests(state: State, asked: Fields) -> list[Test]:
    first = asked.get("FromModifiedDate")
    last = asked.get("ToModifiedDate")
    start = second_of(first, state.zone) if first else None
    end = second_of(last, state.zone, last=True) if last else None
    if start is not None and end is not None and start > end:
        raise Failed(3030, "The date range is invalid: it ends before it begins.")
    tests: list[Test] = []
    if start is not None:
        tests.append(lambda each: each.modified >= start)
    if end is not None:
        tests.append(lambda each: each.modified <= end)
    return tests


def _text_test(criterion: str, wanted: str) -> Callable[[str], bool]:
    sought = wanted.casefold()
    if criterion == "StartsWith":
        return lambda text: text.casefold().startswith(sought)
    if criterion == "EndsWith":
        return lambda text: text.casefold().endswith(sought)
    return lambda text: sought in text.casefold()


def _range_test(first: str, last: str) -> Callable[[str], bool]:
    if first and last and first.casefold() > last.casefold():
        raise Failed(3031, "The string range is invalid: it ends before it begins.")
    return lambda text: (
        (not first or text.casefold() >= first.casefold())
        and (not last or text.casefold() <= last.casefold())
    )


def _txn_tests(state: State, asked: Fields) -> list[Test]:
    _check_features(asked)
    tests: list[Test] = _modified_tests(state, asked.get("ModifiedDateRangeFilter", {}))
    dates = asked.get("TxnDateRangeFilter")
    if dates:
        if dates.get("DateMacro", "All") != "All":
            raise Failed(3250, "This company answers no date macros but All.")
        within = _range_test(dates.get("FromTxnDate", ""), dates.get("ToTxnDate", ""))
        tests.append(lambda each: within(each.fields["TxnDate"]))
    for element, key in (("EntityFilter", "CustomerRef"), ("AccountFilter", "ARAccountRef")):
        if element in asked:
            tests.append(_tree_test(state, asked[element], key))
    number = asked.get("RefNumberFilter")
    if number:
        matches = _text_test(number["MatchCriterion"], number["RefNumber"])
        tests.append(lambda each: matches(each.fields.get("RefNumber", "")))
    numbers = asked.get("RefNumberRangeFilter")
    if numbers:
        inside = _range_test(numbers.get("FromRefNumber", ""), numbers.get("ToRefNumber", ""))
        tests.append(lambda each: inside(each.fields.get("RefNumber", "")))
    paid = asked.get("PaidStatus", "All")
    if paid != "All":
        tests.append(lambda each: _is_paid(state, each) == (paid == "PaidOnly"))
    return tests


def _is_paid(state: State, invoice: Record) -> bool:
    total: int = invoice.fields["Subtotal"] + invoice.fields["SalesTaxTotal"]
    return total == state.applied_to(invoice.id)


def _tree_test(state: State, tree: Fields, key: str) -> Test:
    types = ("Customer",) if key == "CustomerRef" else ("Account",)
    ids = set(tree.get("ListID", ()))
    for full_name in tree.get("FullName", ()):
        record = find_by_full_name(state, types, full_name)
        ids.update((record.id,) if record else ())
    top = tree.get("ListIDWithChildren")
    if tree.get("FullNameWithChildren"):
        record = find_by_full_name(state, types, tree["FullNameWithChildren"])
        top = record.id if record else None
    below = [top] if top else []
    while below:
        each = below.pop()
        ids.add(each)
        below.extend(state.children.get(each, ()))
    return lambda record: record.fields[key] in ids


def _continues(turn: Turn) -> bool:
    return turn.request.attributes.get("iterator", "Start") != "Start"


def _first_page(turn: Turn, asked: Fields, ids: list[str]) -> Answered:
    attributes = turn.request.attributes
    counted = attributes.get("metaData", "NoMetaData")
    counts = {} if counted == "NoMetaData" else {"retCount": str(len(ids))}
    if counted == "MetaDataOnly":
        return Answered(attributes=counts)
    size = int(asked.get("MaxReturned") or 0)
    if attributes.get("iterator") != "Start":
        answered = _printed(turn, asked, ids[:size] if size else ids)
    else:
        if not size:
            raise missing("MaxReturned")
        turn.state.iterators_made += 1
        seed = f"{turn.state.seed}/{turn.state.iterators_made}"
        bits = random.Random(seed).getrandbits(128)  # noqa: S311 - a seeded name, not a secret.
        iterator_id = f"{{{uuid.UUID(int=bits)}}}"
        turn.iterators[iterator_id] = Iterator(turn.request.name, ids)
        answered = _page(turn, asked, iterator_id, size)
    if not ids:
        turn.warning = NOTHING_FOUND
    answered.attributes = counts | answered.attributes
    return answered


def _next_page(turn: Turn, asked: Fields) -> Answered:
    iterator_id = turn.request.attributes.get("iteratorID", "")
    iterator = turn.iterators.get(iterator_id)
    if iterator is None or iterator.request != turn.request.name:
        raise Failed(3391, f'The iterator ID "{iterator_id}" is not valid in this session.')
    if turn.request.attributes["iterator"] == "Stop":
        del turn.iterators[iterator_id]
        return Answered()
    size = int(asked.get("MaxReturned") or 0)
    if not size:
        raise missing("MaxReturned")
    return _page(turn, asked, iterator_id, size)


def _page(turn: Turn, asked: Fields, iterator_id: str, size: int) -> Answered:
    iterator = turn.iterators[iterator_id]
    ids = iterator.ids[iterator.at : iterator.at + size]
    iterator.at += len(ids)
    remaining = len(iterator.ids) - iterator.at
    if not remaining:
        del turn.iterators[iterator_id]
    present = [each for each in ids if each in turn.state.records]
    answered = _printed(turn, asked, present)
    answered.attributes = {
        "iteratorRemainingCount": str(remaining),
        "iteratorID": iterator_id,
    }
    return answered


def _printed(turn: Turn, asked: Fields, ids: list[str]) -> Answered:
    answered = Answered()
    include = frozenset(asked.get("IncludeRetElement", ()))
    of_invoice = turn.request.name == "InvoiceQueryRq"
    with_lines = asked.get("IncludeLineItems") == "true"
    with_links = of_invoice and asked.get("IncludeLinkedTxns") == "true"
    for each in ids:
        record = turn.state.records[each]
        view = record_view(turn, record, with_lines=with_lines, with_links=with_links)
        print_record(answered.lines, f"{record.type}Ret", view, include)
    if not ids and turn.warning is None:
        turn.warning = NOTHING_FOUND
    return answered


def query_undeposited(turn: Turn, asked: Fields) -> Answered:
    """Answer all payments that wait in Undeposited Funds; there is no filter."""
    state = turn.state
    waiting = [
        each
        for each in state.of_type("ReceivePayment").values()
        if each.fields["DepositToAccountRef"] == undeposited_funds(state)
        and each.id not in state.deposited
    ]
    answered = Answered()
    counted = turn.request.attributes.get("metaData", "NoMetaData")
    if counted != "NoMetaData":
        answered.attributes["retCount"] = str(len(waiting))
    for each in waiting if counted != "MetaDataOnly" else ():
        values = {
            "TxnID": each.id,
            "TxnType": "ReceivePayment",
            "CustomerRef": reference_view(state, each.fields["CustomerRef"]),
            "TxnDate": each.fields["TxnDate"],
            "RefNumber": each.fields.get("RefNumber"),
            "Amount": money(each.fields["TotalAmount"]),
        }
        include = frozenset(asked.get("IncludeRetElement", ()))
        print_record(answered.lines, "ReceivePaymentToDepositRet", values, include)
    if not waiting:
        turn.warning = NOTHING_FOUND
    return answered


def deleted_query(kind_element: str, ret: str) -> Rule:
    """Return the rule of a query of deletions: of lists or of transactions."""
    is_list = kind_element == "ListDelType"

    def query(turn: Turn, asked: Fields) -> Answered:
        within = _deleted_range(turn.state, asked.get("DeletedDateRangeFilter", {}))
        kinds = set(asked[kind_element])
        found = [
            each
            for each in turn.state.deleted
            if each.type in kinds
            and within(each.deleted)
            and each.deleted > turn.at - DELETIONS_KEPT_S
        ]
        found.sort(key=lambda each: each.deleted)
        counted = turn.request.attributes.get("metaData", "NoMetaData")
        answered = Answered()
        if counted != "NoMetaData":
            answered.attributes["retCount"] = str(len(found))
        include = frozenset(asked.get("IncludeRetElement", ()))
        if counted != "MetaDataOnly":
            for each in found:
                values = _deleted_view(turn, each, kind_element, is_list=is_list)
                print_record(answered.lines, ret, values, include)
        if not found:
            turn.warning = NOTHING_FOUND
        return answered

    return query


def _deleted_view(turn: Turn, each: Deleted, kind_element: str, *, is_list: bool) -> Fields:
    return {
        kind_element: each.type,
        "ListID" if is_list else "TxnID": each.id,
        "TimeCreated": turn.time(each.created),
        "TimeDeleted": turn.time(each.deleted),
        "FullName" if is_list else "RefNumber": each.name,
    }


def _deleted_range(state: State, asked: Fields) -> Callable[[int], bool]:
    first, last = asked.get("FromDeletedDate"), asked.get("ToDeletedDate")
    start = second_of(first, state.zone) if first else 0
    end = second_of(last, state.zone, last=True) if last else 2**40
    if start > end:
        raise Failed(3030, "The date range is invalid: it ends before it begins.")
    return lambda at: start <= at <= end
