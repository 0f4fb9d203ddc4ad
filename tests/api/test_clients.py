"""Clients: every field, every refusal, finding and paging."""

from typing import Any

import pytest

from fieldledger.office import models as office
from tests.api.conftest import STRANGER, Program, assert_problem, is_time

pytestmark = pytest.mark.django_db

ADDRESS = {
    "line1": "1 Main St",
    "line2": "Suite 2",
    "city": "Albany",
    "state": "NY",
    "postal_code": "12207",
    "country": "USA",
}
NOWHERE = dict.fromkeys(ADDRESS, "")
WORDS = {
    "company_name": "Ames & Sons",
    "first_name": "Ann",
    "last_name": "Ames",
    "email": "ann@example.com",
    "phone": "518-555-0101",
    "notes": "Gate code 7.\nDog.",
    "external_id": "c-1",
}


def test_a_client_comes_back_as_it_was_sent(app: Program) -> None:
    sent = {"name": "Ann Ames", **WORDS, "billing_address": ADDRESS, "archived": True}

    made = app.client(**sent)

    assert {name: made[name] for name in sent} == sent
    assert made["service_address"] == NOWHERE
    assert made["quickbooks"]["state"]
    assert is_time(made["created_at"])
    assert is_time(made["updated_at"])
    assert app.get(f"/clients/{made['id']}") == made


def test_a_new_client_needs_a_name_alone(app: Program) -> None:
    made = app.client()

    assert made["company_name"] == made["notes"] == made["phone"] == ""
    assert made["external_id"] is None
    assert made["archived"] is False


def test_a_new_record_says_where_it_is(app: Program) -> None:
    answer = app.ask("POST", "/clients", {"name": "Ann"})

    assert answer.headers["Location"] == f"/api/v1/clients/{answer.json['id']}"


def test_null_counts_as_not_named_in_a_new_record(app: Program) -> None:
    made = app.client(archived=None, phone=None, billing_address=None, external_id=None)

    assert (made["archived"], made["phone"], made["billing_address"]) == (False, "", NOWHERE)


def test_two_clients_may_share_a_name(app: Program) -> None:
    assert app.client()["id"] != app.client()["id"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"email": "not an address"}, "email"),
        ({"phone": "5" * 41}, "phone"),
        ({"archived": "yes"}, "archived"),
        ({"archived": 1}, "archived"),
        ({"nmae": "x"}, "nmae"),
        ({"billing_line1": "1 Main St"}, "billing_line1"),
        ({"business": 1}, "business"),
        ({"searchable": "x"}, "searchable"),
        ({"billing_address": "1 Main St"}, "billing_address"),
        ({"billing_address": ["1 Main St"]}, "billing_address"),
        ({"billing_address": {"street": "1 Main St"}}, "billing_address.street"),
        ({"billing_address": {"city": 7}}, "billing_address.city"),
        ({"service_address": {"postal_code": "1" * 31}}, "service_address.postal_code"),
        ({"external_id": 7}, "external_id"),
        ({"notes": {"a": 1}}, "notes"),
    ],
)
def test_what_is_wrong_with_a_client_is_named(
    app: Program, values: dict[str, Any], field: str
) -> None:
    assert_problem(app.ask("POST", "/clients", {"name": "Ann"} | values), 422, field)
    assert not office.Client.objects.exists()
    made = app.client()["id"]
    assert_problem(app.ask("PATCH", f"/clients/{made}", values), 422, field)


def test_all_that_is_wrong_is_named_at_once(app: Program) -> None:
    answer = app.ask("POST", "/clients", {"email": "x", "phone": 1})

    assert_problem(answer, 422, "name", "email", "phone")


def test_a_patch_changes_only_what_it_names(app: Program) -> None:
    made = app.client(**WORDS, billing_address=ADDRESS)

    answer = app.ask(
        "PATCH", f"/clients/{made['id']}", {"phone": "1", "billing_address": {"city": "Troy"}}
    )

    assert answer.status == 200
    changed = made | {"phone": "1", "billing_address": ADDRESS | {"city": "Troy"}}
    ignored = {"updated_at", "quickbooks"}
    assert {k: v for k, v in answer.json.items() if k not in ignored} == {
        k: v for k, v in changed.items() if k not in ignored
    }


def test_null_in_a_patch_empties_a_field(app: Program) -> None:
    made = app.client(**WORDS, billing_address=ADDRESS)

    answer = app.ask(
        "PATCH",
        f"/clients/{made['id']}",
        {"phone": None, "external_id": None, "billing_address": None},
    )

    assert answer.json["phone"] == ""
    assert answer.json["external_id"] is None
    assert answer.json["billing_address"] == NOWHERE


def test_a_patch_that_names_nothing_changes_nothing(app: Program) -> None:
    made = app.client(**WORDS)

    assert app.ask("PATCH", f"/clients/{made['id']}", {}).json == made


def test_an_external_id_is_unique_per_kind(app: Program, other: Program) -> None:
    app.client(external_id="x-1")
    second = app.client(external_id="x-2")

    assert_problem(
        app.ask("POST", "/clients", {"name": "Bob", "external_id": "x-1"}), 422, "external_id"
    )
    answer = app.ask("PATCH", f"/clients/{second['id']}", {"external_id": "x-1"})
    assert_problem(answer, 422, "external_id")
    assert app.item(external_id="x-1")["external_id"] == "x-1"
    assert other.client(external_id="x-1")["external_id"] == "x-1"


def test_clients_are_found_by_own_id_words_and_archive(app: Program) -> None:
    ann = app.client(external_id="c-1", phone="(518) 555-0101")
    bob = app.client(name="Bob Müller", archived=True)

    def found(query: str) -> list[str]:
        return [each["id"] for each in app.get(f"/clients?{query}")["results"]]

    assert found("") == [bob["id"], ann["id"]]
    assert found("external_id=c-1") == [ann["id"]]
    assert found("external_id=c-2") == []
    assert found("q=muller") == [bob["id"]]
    assert found("q=518-555-0101") == [ann["id"]]
    assert found("archived=true") == [bob["id"]]
    assert found("archived=false&q=&external_id=") == [ann["id"]]
    assert_problem(app.ask("GET", "/clients?archived=maybe"), 422, "archived")
    assert_problem(app.ask("GET", "/clients?q=%00"), 422, "q")
    assert_problem(app.ask("GET", f"/clients?q={'a' * 300}"), 422, "q")


def test_a_list_comes_in_pages_that_miss_and_repeat_nothing(app: Program) -> None:
    made = [app.client(name=f"Client {number}")["id"] for number in range(7)]
    seen: list[str] = []

    page = app.get("/clients?limit=3")
    while True:
        seen += [each["id"] for each in page["results"]]
        app.client(name="Newcomer")
        if page["next_cursor"] is None:
            break
        page = app.get(f"/clients?limit=3&cursor={page['next_cursor']}")

    assert seen == made[::-1]


def test_a_full_last_page_has_no_next(app: Program) -> None:
    for _ in range(3):
        app.client()

    assert app.get("/clients?limit=3")["next_cursor"] is None


@pytest.mark.parametrize("kind", ["clients", "items", "tax-rates", "invoices", "payments"])
def test_an_empty_list_is_a_list(app: Program, kind: str) -> None:
    assert app.get(f"/{kind}") == {"results": [], "next_cursor": None}


@pytest.mark.parametrize("record_id", ["1", "x", STRANGER, "%00", "..%2f", "\N{SNOWMAN}"])
@pytest.mark.parametrize("kind", ["clients", "items", "tax-rates", "invoices", "payments"])
def test_an_id_that_is_nobodys_is_a_problem(app: Program, kind: str, record_id: str) -> None:
    assert_problem(app.ask("GET", f"/{kind}/{record_id}"), 404)
