"""Which of our clients and items QuickBooks has already."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.sync.matching import (
    Alone,
    Ask,
    Found,
    Link,
    Ours,
    Strategy,
    Theirs,
    match_clients,
    match_items,
)

AND, OR = Strategy.NAME_AND_CONTACT, Strategy.NAME_OR_CONTACT


def ours(number: int, name: str, **more: object) -> Ours:
    return Ours(id=number, name=name, **more)  # type: ignore[arg-type]


def theirs(list_id: str, name: str, **more: object) -> Theirs:
    return Theirs(list_id=list_id, name=name, type="CustomerRet", **more)  # type: ignore[arg-type]


def told(found: list[Found]) -> list[tuple[str, list[object], list[str]]]:
    """Return the results as (kind, our ids, their ids)."""
    result: list[tuple[str, list[object], list[str]]] = []
    for each in found:
        match each:
            case Link(one, other):
                result.append(("link", [one.id], [other.list_id]))
            case Ask(some, others):
                ids = sorted(other.list_id for other in others)
                result.append(("ask", sorted(one.id for one in some), ids))  # type: ignore[type-var]
            case Alone(one, other):
                result.append(("alone", [one.id] if one else [], [other.list_id] if other else []))
    return result


@pytest.mark.parametrize(
    ("one", "other", "linked_by_or", "linked_by_and"),
    [
        ({"name": "Anna Smith"}, {"name": " anna  SMITH"}, True, False),
        (
            {"name": "Anna Smith", "email": "anna@example.com"},
            {"name": "Anna Smith", "email": "other@example.com"},
            True,
            False,
        ),
        (
            {"name": "Anna Smith", "email": " Anna@Example.com"},
            {"name": "Anna Smith", "email": "anna@example.com "},
            True,
            True,
        ),
        (
            {"name": "Anna Smith", "phone": "(555) 010-4477"},
            {"name": "Smith, Anna", "phone": "+1 555 010 4477"},
            True,
            False,
        ),
        (
            {"name": "Anna Smith", "email": "a@example.com", "phone": "555-010-4477"},
            {"name": "ANNA SMITH", "email": "b@example.com", "phone": "5550104477"},
            True,
            True,
        ),
        ({"name": "Anna Smith"}, {"name": "Bob Jones"}, False, False),
        ({"name": "Anna", "email": "", "phone": ""}, {"name": "Bob"}, False, False),
        ({"name": "Anna", "phone": "ask"}, {"name": "Bob", "phone": "call"}, False, False),
        ({"name": "Anna"}, {"name": "Anna", "sublevel": 1}, False, False),
        (
            {"name": "Anna", "email": "a@example.com"},
            {"name": "Bath", "email": "a@example.com", "sublevel": 1},
            False,
            False,
        ),
    ],
)
def test_a_client_is_recognised_by_the_chosen_rule(
    one: dict[str, object],
    other: dict[str, object],
    linked_by_or: bool,
    linked_by_and: bool,
) -> None:
    client = Ours(id=1, **one)  # type: ignore[arg-type]
    customer = Theirs(list_id="8000", **other)  # type: ignore[arg-type]
    alone = [("alone", [1], []), ("alone", [], ["8000"])]
    link = [("link", [1], ["8000"])]

    assert told(match_clients([client], [customer], OR)) == (link if linked_by_or else alone)
    assert told(match_clients([client], [customer], AND)) == (link if linked_by_and else alone)


def test_one_client_that_could_be_two_customers_is_asked_about() -> None:
    client = ours(1, "Anna Smith", email="anna@example.com")
    found = match_clients(
        [client, ours(2, "Bob")],
        [
            theirs("A", "Anna Smith"),
            theirs("B", "A. Smith", email="anna@example.com"),
            theirs("C", "Carla"),
        ],
        OR,
    )

    assert told(found) == [("ask", [1], ["A", "B"]), ("alone", [2], []), ("alone", [], ["C"])]
    assert isinstance(found[0], Ask)
    assert found[0].reason == ("1 client here and 2 customers in QuickBooks may be the same.")
    assert found[0].pairs == {(1, "A"): "Same name.", (1, "B"): "Same e-mail."}


def test_two_clients_that_could_be_one_customer_are_asked_about() -> None:
    found = match_clients(
        [ours(1, "John Smith"), ours(2, "john smith")], [theirs("A", "John Smith")], OR
    )

    assert told(found) == [("ask", [1, 2], ["A"])]


def test_the_strict_rule_tells_namesakes_apart() -> None:
    found = match_clients(
        [ours(1, "John Smith", email="j@example.com"), ours(2, "John Smith", phone="555")],
        [theirs("A", "John Smith", email="j@example.com"), theirs("B", "Else", phone="555")],
        AND,
    )

    assert told(found) == [("link", [1], ["A"]), ("alone", [2], []), ("alone", [], ["B"])]


def test_a_reason_is_given() -> None:
    found = match_clients(
        [ours(1, "Anna", email="a@example.com"), ours(2, "Bob"), ours(3, "C", phone="5")],
        [
            theirs("A", "Anna", email="a@example.com"),
            theirs("B", "Bob"),
            theirs("C", "Carla", phone="5"),
        ],
        OR,
    )

    assert [each.reason for each in found] == [
        "Same name and e-mail.",
        "Same name.",
        "Same phone.",
    ]


def test_an_inactive_customer_is_not_linked_to_a_living_client_unasked() -> None:
    customer = theirs("A", "Anna", active=False)

    found = match_clients([ours(1, "Anna")], [customer], OR)
    assert told(found) == [("ask", [1], ["A"])]
    assert found[0].reason == "Same name. The customer is inactive in QuickBooks."
    found = match_clients([ours(1, "Anna", archived=True)], [customer], OR)
    assert told(found) == [("link", [1], ["A"])]


def test_what_carries_our_mark_is_ours_whatever_it_is_called() -> None:
    mark = "{7A1F8E0C-0000-4000-8000-000000000001}"
    found = match_clients(
        [ours(1, "Anna Smith", marker=mark), ours(2, "Anna Jones")],
        [theirs("A", "Anna Jones", marker=mark.lower()), theirs("B", "Anna Smith")],
        OR,
    )

    assert told(found) == [("link", [1], ["A"]), ("alone", [2], []), ("alone", [], ["B"])]


def test_items_are_recognised_by_name_where_they_can_be_sold() -> None:
    found = match_items(
        [ours(1, "Condensate line"), ours(2, "Subtotal"), ours(3, "Filter"), ours(4, "Pump")],
        [
            Theirs(list_id="A", name="CONDENSATE LINE", type="ItemInventoryRet"),
            Theirs(list_id="B", name="Subtotal", type="ItemSubtotalRet"),
            Theirs(list_id="C", name="Filter", type="ItemServiceRet", sublevel=1),
            Theirs(list_id="D", name="Pump", type="ItemServiceRet"),
        ],
    )

    assert told(found) == [
        ("link", [1], ["A"]),
        ("alone", [2], []),
        ("alone", [3], []),
        ("link", [4], ["D"]),
        ("alone", [], ["B"]),
        ("alone", [], ["C"]),
    ]
    assert found[0].reason == "Same name; in QuickBooks it is an inventory item."


def test_each_address_and_number_of_a_customer_is_a_contact() -> None:
    customer = theirs(
        "A", "Wu", email="Wu <a@example.com>; b@example.com", phone="5550001", alt_phone="5550002"
    )

    for contact in ({"email": "B@example.com"}, {"phone": "555-0002"}, {"phone": "1 555 0001"}):
        (found,) = match_clients([ours(1, "Else", **contact)], [customer], OR)
        assert isinstance(found, Link)


def test_a_number_that_a_crowd_shares_tells_nobody_apart() -> None:
    clients = [ours(each, f"Client {each}", phone="000-0000") for each in range(30)]
    customers = [theirs(f"A{each}", f"Client {each}", phone="0000000") for each in range(40)]

    found = match_clients(clients, customers, OR)
    assert Counter(kind for kind, _, _ in told(found)) == {"link": 30, "alone": 10}
    assert {each.reason for each in found if isinstance(each, Link)} == {"Same name and phone."}


FEW = st.sampled_from(["", "a", "A ", "b", "1", "2"])
OUR_CLIENTS = st.lists(st.tuples(FEW, FEW, FEW), max_size=7).map(
    lambda rows: [ours(i, n, email=e, phone=p) for i, (n, e, p) in enumerate(rows)]
)
THEIR_CUSTOMERS = st.lists(st.tuples(FEW, FEW, FEW, st.booleans()), max_size=7).map(
    lambda rows: [
        theirs(str(i), n, email=e, phone=p, active=active)
        for i, (n, e, p, active) in enumerate(rows)
    ]
)


@given(OUR_CLIENTS, THEIR_CUSTOMERS, st.sampled_from(Strategy))
def test_everything_is_in_exactly_one_result_and_the_order_of_the_lists_decides_nothing(
    clients: list[Ours], customers: list[Theirs], strategy: Strategy
) -> None:
    found = told(match_clients(clients, customers, strategy))

    our_ids = Counter(each for _, some, _ in found for each in some)
    their_ids = Counter(each for _, _, others in found for each in others)
    assert our_ids == Counter(each.id for each in clients)
    assert their_ids == Counter(each.list_id for each in customers)
    backwards = told(match_clients(clients[::-1], customers[::-1], strategy))
    assert sorted(map(str, backwards)) == sorted(map(str, found))


@given(OUR_CLIENTS, THEIR_CUSTOMERS)
def test_whatever_the_strict_rule_links_the_flexible_rule_links_or_asks_about(
    clients: list[Ours], customers: list[Theirs]
) -> None:
    strict = match_clients(clients, customers, AND)
    flexible = told(match_clients(clients, customers, OR))
    for kind, some, others in told(strict):
        if kind == "link":
            assert any(
                set(some) <= set(ids) and set(others) <= set(list_ids) and which != "alone"
                for which, ids, list_ids in flexible
            )
