"""The addresses under /quickbooks: the set-up, the plan, the mapping, syncing, the log."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import AuditEvent
from fieldledger.office.models import Client
from fieldledger.quickbooks.models import (
    RANK,
    Connection,
    PlanRow,
    QuickBooksRecord,
    Stage,
    SyncEntry,
)
from fieldledger.quickbooks.services import connection_of
from fieldledger.sync.content import Kind, State
from tests.api.conftest import STRANGER, Program, assert_problem

pytestmark = pytest.mark.django_db

List = QuickBooksRecord.List


def connected(app: Program, stage: str = Stage.ONGOING, **values: Any) -> Connection:
    """Put the business's connection where a set-up would have brought it."""
    connection = connection_of(app.business)
    now = timezone.now()
    begun = now if stage == Stage.ONGOING else None
    values = {"enabled": True, "stage": stage, "connected_at": now, "lists_read_at": now} | values
    values.setdefault("initial_started_at", begun)
    Connection.objects.filter(pk=connection.pk).update(**values)
    connection.refresh_from_db()
    return connection


def entry(app: Program, number: int = 0) -> SyncEntry:
    return SyncEntry.objects.filter(connection__business=app.business).order_by("pk")[number]


def record(connection: Connection, into: str, list_id: str, kind: str, name: str) -> Any:
    return QuickBooksRecord.objects.create(
        connection=connection,
        list=into,
        list_id=list_id,
        type=kind,
        name=name,
        full_name=name,
        name_folded=name.casefold(),
        edit_sequence="7",
    )


# Set-up


def test_a_business_begins_with_the_feature_off(app: Program) -> None:
    found = app.get("/quickbooks")

    assert (found["feature_enabled"], found["stage"], found["connected"]) == (False, "off", False)
    assert (found["paused"], found["import_used"]) == (False, False)
    assert (found["last_contact_at"], found["seconds_since_contact"]) == (None, None)
    assert set(found["counts"]) == {str(state) for state in State}
    assert found["progress"]["done"] == found["progress"]["total"] == 0


def test_the_switch_starts_the_set_up(app: Program) -> None:
    answer = app.ask("PUT", "/quickbooks/feature", {"enabled": True})

    assert (answer.status, answer.json["stage"]) == (200, "install")
    off = app.ask("PUT", "/quickbooks/feature", {"enabled": False})
    assert (off.json["feature_enabled"], off.json["stage"]) == (False, "off")


@pytest.mark.parametrize("body", [{}, {"enabled": None}, {"enabled": "true"}, {"enabled": 1}])
def test_the_switch_takes_yes_or_no(app: Program, body: Any) -> None:
    assert_problem(app.ask("PUT", "/quickbooks/feature", body), 422, "enabled")


def test_next_goes_where_it_may_and_says_why_where_it_may_not(app: Program) -> None:
    assert_problem(app.ask("POST", "/quickbooks/next"), 409)
    app.ask("PUT", "/quickbooks/feature", {"enabled": True})

    assert app.ask("POST", "/quickbooks/next").json["stage"] == "authorize"
    problem = assert_problem(app.ask("POST", "/quickbooks/next"), 409)
    assert "Web Connector" in problem["detail"]
    Connection.objects.update(connected_at=timezone.now())
    assert app.ask("POST", "/quickbooks/next", {}).json["stage"] == "import"
    assert app.ask("POST", "/quickbooks/next").json["stage"] == "initial_sync"
    assert_problem(app.ask("POST", "/quickbooks/next"), 409)


def test_the_setup_file_is_a_download_and_always_the_same(app: Program, reader: Program) -> None:
    assert_problem(app.ask("GET", "/quickbooks/setup-file"), 409)
    app.ask("PUT", "/quickbooks/feature", {"enabled": True})

    first = app.ask("GET", "/quickbooks/setup-file", headers={"Host": "localhost:8123"})

    assert first.status == 200
    assert first.headers["Content-Disposition"].endswith('.qwc"')
    assert "<QBWCXML>" in first.text
    assert "http://localhost:8123/qbwc" in first.text
    assert app.key not in first.text
    again = reader.ask("GET", "/quickbooks/setup-file", headers={"Host": "localhost:8123"})
    assert again.text == first.text


def test_a_password_is_made_anew_each_time(app: Program) -> None:
    assert_problem(app.ask("POST", "/quickbooks/password"), 409)
    app.ask("PUT", "/quickbooks/feature", {"enabled": True})

    first, second = (
        app.post("/quickbooks/password", status=200),
        app.post("/quickbooks/password", status=200),
    )

    assert set(first) == {"username", "password"}
    assert first["username"] == second["username"]
    assert first["password"] != second["password"]
    assert first["password"] not in str(AuditEvent.objects.values())


def test_the_import_is_chosen_by_what_is_named(app: Program) -> None:
    connected(app, Stage.IMPORT)

    answer = app.ask("PUT", "/quickbooks/import-choice", {"clients": True, "review": False})

    assert answer.status == 200
    assert answer.json["import_choice"] == {
        "clients": True,
        "items": False,
        "client_matching": "name_and_contact",
        "resolve_client_conflicts": True,
        "resolve_item_conflicts": True,
        "review": False,
        "jobs": "skip",
        "inactive": "skip",
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [({"clients": "yes"}, "clients"), ({"client_matching": "name"}, "client_matching"),
     ({"client_matching": ["name"]}, "client_matching"), ({"jobs": {}}, "jobs"),
     ({"color": "red"}, "color"), ({"inactive": "\x00"}, "inactive")],
)  # fmt: skip
def test_an_import_choice_that_cannot_be_is_named(app: Program, body: Any, field: str) -> None:
    connected(app, Stage.IMPORT)

    assert_problem(app.ask("PUT", "/quickbooks/import-choice", body), 422, field)


@pytest.mark.parametrize("stage", [Stage.INSTALL, Stage.AUTHORIZE])
def test_the_import_is_chosen_in_its_own_step_alone(app: Program, stage: Stage) -> None:
    connected(app, stage)

    problem = assert_problem(app.ask("PUT", "/quickbooks/import-choice", {"clients": True}), 409)
    assert "third step" in problem["detail"]


def test_once_the_import_is_used_it_is_locked_and_the_settings_are_not(app: Program) -> None:
    connected(app, import_used_at=timezone.now(), import_used_by="Dana")

    problem = assert_problem(app.ask("PUT", "/quickbooks/import-choice", {"clients": True}), 409)
    assert "Dana" in problem["detail"]
    answer = app.ask("PUT", "/quickbooks/settings", {"resolve_item_conflicts": False})
    assert answer.json["resolve_item_conflicts"] is False
    assert app.get("/quickbooks/settings") == answer.json
    assert_problem(
        app.ask("PUT", "/quickbooks/settings", {"resolve_item_conflicts": 0}),
        422,
        "resolve_item_conflicts",
    )


# Lists and mapping


def test_lists_are_read_in_pages(app: Program) -> None:
    connection = connected(app)
    for number in range(3):
        record(connection, List.ACCOUNTS, f"8000000{number}-1", "AccountRet", f"Income {number}")

    page = app.get("/quickbooks/lists/accounts?limit=2")
    rest = app.get(f"/quickbooks/lists/accounts?limit=2&cursor={page['next_cursor']}")

    names = [each["name"] for each in page["results"] + rest["results"]]
    assert sorted(names) == ["Income 0", "Income 1", "Income 2"]
    assert page["results"][0]["quickbooks_id"].startswith("8000000")
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("name", ["accounts", "items", "terms", "payment-methods", "sales-tax"])
def test_every_list_of_the_contract_is_there(app: Program, name: str) -> None:
    assert app.get(f"/quickbooks/lists/{name}") == {"results": [], "next_cursor": None}
    assert_problem(app.ask("GET", f"/quickbooks/lists/{name}?cursor=x"), 422, "cursor")


def test_another_list_is_not_there(app: Program) -> None:
    assert_problem(app.ask("GET", "/quickbooks/lists/vendors"), 404)


def test_the_mapping_takes_ids_of_the_lists_and_changes_what_is_named(app: Program) -> None:
    connection = connected(app)
    record(connection, List.ACCOUNTS, "80000001-1", "AccountRet", "Income")
    record(connection, List.PAYMENT_METHODS, "80000002-1", "PaymentMethodRet", "Check")

    first = app.ask("PUT", "/quickbooks/mapping", {"income_account": "80000001-1"})
    second = app.ask("PUT", "/quickbooks/mapping", {"payment_methods": {"check": "80000002-1"}})

    assert first.json["income_account"] == "80000001-1"
    assert second.json["income_account"] == "80000001-1"
    assert second.json["payment_methods"]["check"] == "80000002-1"
    assert app.get("/quickbooks/mapping") == second.json
    assert {"sales_tax_mode", "tax_items", "deposit_accounts", "terms"} <= set(second.json)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"income_account": "8000-0"}, "income_account"), ({"income_account": 7}, "income_account"),
     ({"tax_items": "x"}, "tax_items"), ({"terms": {"Net 30": 7}}, "terms"),
     ({"sales_tax_mode": "ours"}, "sales_tax_mode"), ({"rounding": "up"}, "rounding"),
     ({"terms": {"\ud800": "x"}}, "terms")],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_named(app: Program, body: Any, field: str) -> None:
    connected(app)

    assert_problem(app.ask("PUT", "/quickbooks/mapping", body), 422, field)


# The plan


def planned(app: Program) -> PlanRow:
    connection = connected(app, Stage.INITIAL_SYNC, plan_made_at=timezone.now())
    made = app.client()
    return PlanRow.objects.create(
        connection=connection,
        rank=RANK[Kind.CLIENT],
        record_id=Client.objects.get(guid=made["id"]).pk,
        record_guid=made["id"],
        record_name=made["name"],
        decision="ask",
        reason="Two customers look like this client.",
    )


def test_a_plan_is_read_decided_and_approved(app: Program) -> None:
    row = planned(app)

    (shown,) = app.get("/quickbooks/plan?decision=ask&kind=client")["results"]
    assert (shown["id"], shown["kind"], shown["decision"]) == (str(row.guid), "client", "ask")
    assert (shown["ours"]["name"], shown["theirs"]) == ("Ann Ames", None)
    assert_problem(app.ask("POST", "/quickbooks/plan/approve"), 409)
    path = f"/quickbooks/plan/rows/{row.guid}"
    answer = app.ask("PATCH", path, {"decision": "create_in_quickbooks"})
    assert (answer.status, answer.json["decision"]) == (200, "create_in_quickbooks")
    assert app.ask("POST", "/quickbooks/plan/approve").status == 200
    assert_problem(app.ask("PATCH", path, {"decision": "skip"}), 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "decision"), ({"decision": "guess"}, "decision"), ({"decision": 7}, "decision"),
     ({"decision": "link"}, "theirs"), ({"decision": "link", "theirs": "8000-0"}, "theirs"),
     ({"decision": "link", "theirs": 7}, "theirs"), ({"decision": "rename"}, "name"),
     ({"decision": "rename", "name": "a:b"}, "name"), ({"decision": "skip", "why": "x"}, "why")],
)  # fmt: skip
def test_a_decision_that_cannot_be_is_named(app: Program, body: Any, field: str) -> None:
    row = planned(app)

    assert_problem(app.ask("PATCH", f"/quickbooks/plan/rows/{row.guid}", body), 422, field)


def test_without_a_plan_there_is_nothing_to_approve(app: Program) -> None:
    assert app.get("/quickbooks/plan") == {"results": [], "next_cursor": None}
    assert_problem(app.ask("POST", "/quickbooks/plan/approve"), 409)


# Syncing


def test_sync_says_what_became_of_each(app: Program) -> None:
    connected(app)
    payment = app.payment()
    bad = [STRANGER, "x"]

    asked = {"invoices": [payment["invoice"], *bad], "payments": [*bad]}
    results = app.post("/quickbooks/sync", asked, 200)["results"]

    by_id = {(each["kind"], each["id"]): each for each in results}
    assert by_id["invoice", payment["invoice"]]["result"] == "queued"
    assert by_id["payment", payment["id"]]["result"] == "queued"
    for kind in ("invoice", "payment"):
        for each in bad:
            assert by_id[kind, each]["result"] == "refused"
            assert by_id[kind, each]["reason"]
    invoice = app.get(f"/invoices/{payment['invoice']}")["quickbooks"]
    assert invoice["state"] == "pending"
    assert invoice["entry"] == by_id["invoice", payment["invoice"]]["entry"]
    again = app.post("/quickbooks/sync", {"invoices": [payment["invoice"]]}, 200)["results"]
    assert {each["result"] for each in again} == {"already_pending"}


def test_before_the_set_up_is_done_sync_refuses_all_with_the_reason(app: Program) -> None:
    invoice = app.invoice()["id"]

    (result,) = app.post("/quickbooks/sync", {"invoices": [invoice]}, 200)["results"]

    assert (result["result"], result["entry"]) == ("refused", None)
    assert "Feature Center" in result["reason"]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"invoices": "all"}, "invoices"), ({"invoices": [7]}, "invoices"),
     ({"payments": [None]}, "payments"), ({"payments": ["x"] * 501}, "payments"),
     ({"clients": []}, "clients")],
)  # fmt: skip
def test_what_is_no_list_of_ids_is_named(app: Program, body: Any, field: str) -> None:
    assert_problem(app.ask("POST", "/quickbooks/sync", body), 422, field)


def test_invoices_of_another_business_are_not_synced(app: Program, other: Program) -> None:
    connected(app)
    connected(other)
    payment = app.payment()
    asked = {"invoices": [payment["invoice"]], "payments": [payment["id"]]}

    results = other.post("/quickbooks/sync", asked, 200)["results"]

    assert [each["result"] for each in results] == ["refused", "refused"]
    assert not SyncEntry.objects.filter(rank=RANK[Kind.INVOICE]).exists()


# The log


def test_the_log_is_listed_newest_first_and_narrowed(app: Program) -> None:
    connected(app)
    ann, item = app.client(), app.item()

    def found(query: str) -> list[str]:
        return [each["record"] for each in app.get(f"/quickbooks/entries?{query}")["results"]]

    assert found("") == [item["id"], ann["id"]]
    assert found("state=pending&kind=&q=&since=") == [item["id"], ann["id"]]
    assert found("state=failed") == []
    assert found("state=failed,pending&kind=client") == [ann["id"]]
    assert found("q=mowing") == [item["id"]]
    assert found("since=2020-01-01") == [item["id"], ann["id"]]
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    assert found(f"since={later}") == []
    page = app.get("/quickbooks/entries?limit=1")
    assert found(f"limit=1&cursor={page['next_cursor']}") == [ann["id"]]
    for query, field in [("state=lost", "state"), ("kind=vendor", "kind"), ("since=now", "since"),
                         ("since=2026-05-03T10:00:00", "since"), ("cursor=x", "cursor"),
                         ("since=9999-12-31T23:59:59-23:59", "since"),
                         ("since=0001-01-01", "")]:  # fmt: skip
        answer = app.ask("GET", f"/quickbooks/entries?{query}")
        if field:
            assert_problem(answer, 422, field)
        else:
            assert answer.status == 200


def test_an_entry_tells_its_story(app: Program) -> None:
    connected(app)
    made = app.client()
    guid = app.get("/quickbooks/entries")["results"][0]["id"]

    found = app.get(f"/quickbooks/entries/{guid}")

    assert (found["id"], found["record"], found["kind"]) == (guid, made["id"], "client")
    assert found["state"] == "pending"
    assert found["waiting_for"] == []
    assert isinstance(found["timeline"], list)
    assert app.get(f"/entries/{guid}") == found
    assert app.get(f"/clients/{made['id']}")["quickbooks"]["entry"] == guid


def test_an_entry_is_held_ignored_released_and_retried(app: Program) -> None:
    connected(app)
    app.client()
    path = f"/quickbooks/entries/{entry(app).guid}"

    held = app.ask("POST", f"{path}/hold").json
    assert held["state"] == "held"
    assert held["message"].startswith("Held by a program (API key).")
    assert_problem(app.ask("POST", f"{path}/retry"), 409)
    assert app.ask("POST", f"{path}/release").json["state"] == "pending"
    assert app.ask("POST", f"{path}/ignore", {}).json["state"] == "ignored"
    assert app.ask("POST", f"{path}/release").json["state"] == "pending"
    assert_problem(app.ask("POST", f"{path}/release"), 409)
    SyncEntry.objects.update(state=State.FAILED)
    assert app.ask("POST", f"{path}/retry").json["state"] == "pending"
    SyncEntry.objects.update(state=State.CHECKING)
    assert_problem(app.ask("POST", f"{path}/retry"), 409)


def test_many_entries_are_moved_at_once_each_by_itself(app: Program) -> None:
    connected(app)
    app.client()
    app.item()
    one, two = str(entry(app, 0).guid), str(entry(app, 1).guid)
    app.ask("POST", f"/quickbooks/entries/{two}/hold")

    body = {"ids": [one, two, STRANGER, "x"], "action": "release"}
    results = app.post("/quickbooks/entries/bulk", body, 200)["results"]

    assert [(each["id"], each["result"]) for each in results] == [
        (one, "refused"), (two, "done"), (STRANGER, "refused"), ("x", "refused"),
    ]  # fmt: skip
    assert all(each["reason"] for each in results if each["result"] == "refused")


@pytest.mark.parametrize(
    ("body", "fields"),
    [({}, ["action"]), ({"ids": [], "action": "delete"}, ["action"]),
     ({"ids": [], "action": ["retry"]}, ["action"]), ({"ids": "x", "action": "retry"}, ["ids"]),
     ({"ids": ["x"] * 501, "action": "retry"}, ["ids"])],
)  # fmt: skip
def test_a_bulk_action_that_cannot_be_is_named(app: Program, body: Any, fields: list[str]) -> None:
    assert_problem(app.ask("POST", "/quickbooks/entries/bulk", body), 422, *fields)


def test_a_client_is_linked_by_hand(app: Program) -> None:
    connection = connected(app)
    app.client()
    record(connection, List.ENTITIES, "80000001-1", "CustomerRet", "Ames, Ann")
    record(connection, List.ENTITIES, "80000002-1", "VendorRet", "Ames Supply")
    path = f"/quickbooks/entries/{entry(app).guid}/relink"

    for body in ({}, {"quickbooks_id": 7}, {"quickbooks_id": "x"}, {"quickbooks_id": "80000002-1"}):
        assert_problem(app.ask("POST", path, body), 422, "quickbooks_id")
    answer = app.ask("POST", path, {"quickbooks_id": "80000001-1"})

    assert answer.status == 200
    assert (answer.json["state"], answer.json["quickbooks_id"]) == ("synced", "80000001-1")
    assert answer.json["name_in_quickbooks"] == "Ames, Ann"
    connection.refresh_from_db()
    assert connection.active_count == 0
    second = app.client(name="Twin")["quickbooks"]["entry"]
    taken = app.ask("POST", f"/quickbooks/entries/{second}/relink", {"quickbooks_id": "80000001-1"})
    assert_problem(taken, 422, "quickbooks_id")


def test_what_waits_for_a_client_goes_on_once_it_is_linked(app: Program) -> None:
    connection = connected(app)
    invoice = app.invoice()
    app.post("/quickbooks/sync", {"invoices": [invoice["id"]]}, 200)
    client_entry = SyncEntry.objects.get(rank=RANK[Kind.CLIENT])
    SyncEntry.objects.filter(pk=client_entry.pk).update(state=State.FAILED)
    waiting = SyncEntry.objects.filter(rank=RANK[Kind.INVOICE])
    waiting.update(state=State.WAITING, waiting_on=client_entry)
    Connection.objects.update(active_count=0)
    record(connection, List.ENTITIES, "80000001-1", "CustomerRet", "Ames, Ann")
    shown = app.get(f"/invoices/{invoice['id']}")["quickbooks"]["waiting_for"]
    assert shown == [{"kind": "client", "id": invoice["client"], "name": "Ann Ames"}]

    body = {"quickbooks_id": "80000001-1"}
    app.post(f"/quickbooks/entries/{client_entry.guid}/relink", body, 200)

    assert waiting.get().state == State.PENDING
    connection.refresh_from_db()
    assert connection.active_count == 1


def test_an_invoice_and_what_is_on_its_way_are_not_linked_by_hand(app: Program) -> None:
    connected(app)
    invoice = app.invoice()
    app.post("/quickbooks/sync", {"invoices": [invoice["id"]]}, 200)
    SyncEntry.objects.filter(rank=RANK[Kind.CLIENT]).update(state=State.SENDING)

    for each in SyncEntry.objects.all():
        path = f"/quickbooks/entries/{each.guid}/relink"
        assert_problem(app.ask("POST", path, {"quickbooks_id": "80000001-1"}), 409)


@pytest.mark.parametrize(
    "action", ["", "/retry", "/ignore", "/hold", "/release", "/relink", "/link"]
)
def test_an_entry_of_another_business_is_not_there(
    app: Program, other: Program, action: str
) -> None:
    connected(app)
    connected(other)
    app.client()
    method = "POST" if action else "GET"
    body = {"quickbooks_id": "80000001-1"} if action == "/relink" else None

    for guid in (str(entry(app).guid), STRANGER, "x"):
        assert_problem(other.ask(method, f"/quickbooks/entries/{guid}{action}", body), 404)
    row = planned(app)
    path = f"/quickbooks/plan/rows/{row.guid}"
    assert_problem(other.ask("PATCH", path, {"decision": "skip"}), 404)
    assert_problem(other.ask("PATCH", "/quickbooks/plan/rows/x", {"decision": "skip"}), 404)
    assert other.get("/quickbooks/entries")["results"] == []


# The switches


def test_the_sync_is_paused_resumed_and_disconnected(app: Program) -> None:
    connected(app)

    assert app.post("/quickbooks/pause", status=200)["paused"] is True
    assert app.post("/quickbooks/pause", {}, 200)["paused"] is True
    assert app.post("/quickbooks/resume", status=200)["paused"] is False
    gone = app.post("/quickbooks/disconnect", status=200)
    assert (gone["feature_enabled"], gone["stage"]) == (False, "off")
    assert gone["connected"] is False


def test_a_person_is_asked_and_resume_is_the_yes(app: Program) -> None:
    connected(app, paused=True, attention_code="restored", attention_message="A backup?")

    found = app.get("/quickbooks")

    assert found["attention"] == {"code": "restored", "message": "A backup?"}
    assert app.post("/quickbooks/resume", status=200)["attention"] is None


def test_whoever_asked_is_in_the_audit_trail(app: Program) -> None:
    app.ask("PUT", "/quickbooks/feature", {"enabled": True})
    app.client()

    actors = {each.actor.split()[0] for each in AuditEvent.objects.exclude(action="make API key")}
    assert actors == {"key"}


def taken(app: Program, **client: Any) -> SyncEntry:
    """Return the entry of a new client whose name QuickBooks has refused."""
    made = app.client(**client)
    SyncEntry.objects.filter(guid=made["quickbooks"]["entry"]).update(
        state=State.FAILED, code="3100"
    )
    Connection.objects.update(active_count=0)
    return SyncEntry.objects.get(guid=made["quickbooks"]["entry"])


def test_s55_a_taken_name_is_changed_for_quickbooks_by_a_program_too(app: Program) -> None:
    connection = connected(app)
    record(connection, List.ENTITIES, "80000002-1", "VendorRet", "Ames Supply")
    path = f"/quickbooks/entries/{taken(app).guid}/rename"

    for body in ({}, {"name": 7}, {"name": "x" * 42}, {"name": "ames supply"}):
        assert_problem(app.ask("POST", path, body), 422, "name")
    assert_problem(app.ask("POST", path, {"name": "A", "here_too": "x"}), 422, "here_too")
    answer = app.ask("POST", path, {"name": "Ann Ames senior"})

    assert (answer.status, answer.json["state"]) == (200, "pending")
    connection.refresh_from_db()
    assert connection.active_count == 1
    assert_problem(app.ask("POST", path, {"name": "Ann Ames junior"}), 409)
    assert_problem(app.ask("POST", f"/quickbooks/entries/{STRANGER}/rename", {"name": "A"}), 404)


def test_s55_two_clients_that_are_one_are_merged_by_a_program_too(app: Program) -> None:
    connected(app)
    kept = app.client()
    dropped = taken(app, name="Twin")
    path = f"/quickbooks/entries/{dropped.guid}/merge"

    for body in ({}, {"into": 7}, {"into": STRANGER}):
        assert_problem(app.ask("POST", path, body), 422, "into")
    answer = app.ask("POST", path, {"into": kept["id"]})

    assert (answer.status, answer.json["state"]) == (200, "ignored")
    assert app.get(f"/clients/{answer.json['record']}")["archived"] is True
    assert_problem(app.ask("POST", path, {"into": kept["id"]}), 409)
