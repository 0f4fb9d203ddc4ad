"""Who may be the same although no rule says so."""

import time
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.sync.matching import Ours, Theirs
from fieldledger.sync.near import find_near, street_key, words_of


def near(one: dict[str, Any], other: dict[str, Any]) -> str | None:
    """Return why a customer may be a client, or None."""
    found = find_near([Ours(id=1, **one)], [Theirs(list_id="A", type="CustomerRet", **other)])
    return found[1].reason if found else None


MAIN_STREET = {"streets": ("12 Main Street",)}


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (
            {"name": "J. Smith", **MAIN_STREET},
            {"name": "John Smith", "streets": ("12 main st.",)},
            "An initial in place of the first name, same street.",
        ),
        ({"name": "John Smith"}, {"name": "Smith, John"}, "Same words in the name."),
        ({"name": "O'Neill, Seán"}, {"name": "Seán O’Neill"}, "Same words in the name."),
        ({"name": "A & B Roofing"}, {"name": "A and B Roofing LLC"}, "Same words in the name."),
        ({"name": "An Nguyễn"}, {"name": "Nguyen, An"}, "Same words in the name."),
        ({"name": "Saint Mary's"}, {"name": "St. Mary’s"}, "Same words in the name."),
        (
            {"name": "John Anderson"},
            {"name": "Jon Andersen"},
            "The name is spelt almost the same.",
        ),
        ({"name": "Bob Jones"}, {"name": "Robert Jones"}, "Another form of the first name."),
        (
            {"name": "Hernandez Plumbing"},
            {"name": "Hernandes Plumbing Inc."},
            "The name is spelt almost the same.",
        ),
        (
            {"name": "John Smith"},
            {"name": "Smith Plumbing", "person": "John Smith"},
            "Its contact person in QuickBooks is called so.",
        ),
        (
            {"name": "John Smith", "company": "Smith Plumbing"},
            {"name": "Smith Plumbing Inc"},
            "Our company is called so.",
        ),
        (
            {"name": "Anna Smith", "phone": "650 555 0001"},
            {"name": "Tom Smith", "alt_phone": "(650) 555-0001"},
            "“Smith” in both names, same phone.",
        ),
        (
            {"name": "Anna Smith", "phone": "650 555 0001"},
            {"name": "Anna Smith Design", "phone": "650 555 0001 x 4"},
            "One name contains the other, same phone but for the extension.",
        ),
        (
            {"name": "Anna Smith", "email": "b@example.com"},
            {"name": "Acme", "email": "a@example.com; B@example.com"},
            "Same e-mail, but another name.",
        ),
        (
            {"name": "Anna Smith", "email": "a@example.com"},
            {"name": "anna SMITH", "email": "b@example.com"},
            "Same name, but no e-mail or phone in common.",
        ),
        ({"name": "Client 001"}, {"name": "Client 002"}, None),
        ({"name": "Unit 4 Tenant", **MAIN_STREET}, {"name": "Acme", **MAIN_STREET}, None),
        ({"name": "Mary Smith"}, {"name": "Tom Smith"}, None),
        ({"name": "Anna Wu"}, {"name": "Anna Wu", "sublevel": 1}, None),
        ({"name": "", "phone": "ask"}, {"name": "", "phone": "call"}, None),
    ],
)
def test_likeness_is_told_in_words(
    one: dict[str, Any], other: dict[str, Any], reason: str | None
) -> None:
    if one["name"]:
        assert near(one, other) == reason


def test_the_customer_most_like_it_is_told() -> None:
    customers = [
        Theirs(list_id=key, name=name, streets=streets)
        for key, name, streets in (
            ("A", "James Smith", ()),
            ("B", "John Smith", ("12 Main St",)),
            ("C", "Jane Smith", ("14 Main St",)),
        )
    ]
    found = find_near([Ours(id=1, name="J. Smith", streets=("12 Main Street",))], customers)
    assert found[1].list_id == "B"


def test_spellings_of_streets_and_names_come_together() -> None:
    assert street_key("12 North Main Street, Suite 4") == street_key("12 N. Main St Ste 4")
    assert street_key("Main Street") == street_key("PO") == ""
    assert words_of("Smith & Co., John") == ("smith", "john")
    assert words_of("The Co.") == ("the", "co")


def test_a_large_list_of_namesakes_is_compared_quickly() -> None:
    chance = Random(5)
    last = ["Smith", "Jones", *(f"{a}{b}son" for a in "BCDFGHKLMNPR" for b in ("an", "el", "or"))]
    first = ["John", "Jane", "Bob", "Mary", "Ann", "Tom"]

    def name(number: int) -> str:
        return f"{chance.choice(first)} {chance.choice(last)} {number % 97}"

    clients = [Ours(id=each, name=name(each), phone=f"650{each:07}") for each in range(2000)]
    customers = [Theirs(list_id=str(each), name=name(each)) for each in range(20_000)]
    started = time.process_time()
    find_near(clients, customers)
    assert time.process_time() - started < 10


NAMES = st.text("abJ. ,&1-'é", max_size=12)


@given(st.lists(NAMES, max_size=5), st.lists(NAMES, max_size=5))
def test_any_names_can_be_compared_and_each_has_one_answer(
    some: list[str], others: list[str]
) -> None:
    clients = [Ours(id=number, name=each) for number, each in enumerate(some)]
    customers = [Theirs(list_id=str(number), name=each) for number, each in enumerate(others)]
    found = find_near(clients, customers)
    assert found.keys() <= {each.id for each in clients}
    assert {each.list_id for each in found.values()} <= {each.list_id for each in customers}
    assert all(each.reason.endswith(".") for each in found.values())
