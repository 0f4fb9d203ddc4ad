"""N3 and N7 by the API: what QuickBooks has, and leaving it so or sending ours again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from fieldledger.office import services as office
from fieldledger.quickbooks.models import Connection
from fieldledger.simulator import people
from tests.api.conftest import Program
from tests.support.office_pc import OfficePc


def in_step(app: Program) -> tuple[OfficePc, str, str]:
    """Return a PC, an invoice's entry that is in step, and its TxnID."""
    pc, now = OfficePc(app.business), timezone.now()
    client = office.create_client(business=app.business, values={"name": "Zoe"}, now=now)
    values: dict[str, Any] = {"name": "Drain", "price": "460.00"}
    item = office.create_item(business=app.business, values=values, now=now)
    values = {
        "client": client.guid,
        "date": "2026-05-04",
        "memo": "Kitchen",
        "lines": [{"item": item.guid, "quantity": "1"}],
    }
    made = office.create_invoice(business=app.business, values=values, now=now)
    pc.set_up()
    pc.sync(made.guid)
    pc.run()
    (entry,) = pc.entries(record_guid=made.guid)
    return pc, str(entry.guid), entry.quickbooks_id


def test_n7_what_somebody_changed_there_is_told_and_left(app: Program) -> None:
    pc, entry, key = in_step(app)
    assert app.get("/quickbooks/settings")["drift_watch"] is True
    assert app.get(f"/quickbooks/entries/{entry}")["sides"] == []
    later = datetime.now(tz=UTC) + timedelta(seconds=5)
    people.edit(pc.company, key, {"Memo": "by hand"}, now=later)
    assert app.ask("POST", "/quickbooks/look").status == 200
    pc.run()
    found = app.get(f"/quickbooks/entries/{entry}")
    assert found["state"] == "changed_in_quickbooks"
    assert found["sides"] == [
        {
            "field": "Memo",
            "here": "Kitchen",
            "sent": "Kitchen",
            "in_quickbooks": "by hand",
            "changed_here": False,
            "changed_in_quickbooks": True,
        }
    ]
    left = app.ask("POST", f"/quickbooks/entries/{entry}/accept")
    assert (left.status, left.json["state"]) == (200, "synced")
    again = app.ask("POST", f"/quickbooks/entries/{entry}/accept")
    assert again.status == 409
    assert "nothing to accept" in again.json["detail"]


def test_s73_the_log_says_who_asked_for_what(app: Program) -> None:
    _, entry, _ = in_step(app)
    log = app.get("/quickbooks/entries")["results"]
    assert [(each["kind"], each["action"]) for each in log] == [
        ("invoice", "add"),
        ("item", "add"),
        ("client", "add"),
    ]
    assert log[0]["asked_by"] == "Dana"

    (record,) = app.get("/invoices")["results"]
    app.post(f"/invoices/{record['id']}/void", {}, 200)

    found = app.get(f"/quickbooks/entries/{entry}")
    assert (found["state"], found["action"]) == ("changed", "void")
    sent = app.post("/quickbooks/sync", {"invoices": [record["id"]]}, 200)
    assert sent["results"][0]["result"] == "queued"
    (voided,) = app.get("/quickbooks/entries?kind=invoice")["results"]
    assert (voided["id"], voided["action"]) == (entry, "void")
    assert voided["asked_by"] == "a program (API key)"
    ignored = app.post(f"/quickbooks/entries/{entry}/ignore", {}, 200)
    assert (ignored["action"], ignored["timeline"][-1]["by"]) == ("nothing", voided["asked_by"])


def test_n7_one_record_is_read_when_asked_for(app: Program) -> None:
    pc, entry, _ = in_step(app)
    assert app.ask("POST", f"/quickbooks/entries/{entry}/look").status == 200
    pc.run()
    assert app.get(f"/quickbooks/entries/{entry}")["state"] == "synced"
    assert Connection.objects.get().watch == {}


def test_n3_a_total_that_differs_is_accepted_in_bulk(app: Program) -> None:
    pc, entry, _ = in_step(app)
    row = pc.entries(guid=entry)[0]
    row.state, row.code, row.differs_by = "differs", "differs", "0.01"
    row.save()
    body = {"ids": [entry], "action": "accept"}
    assert app.ask("POST", "/quickbooks/entries/bulk", body).json["results"][0]["result"] == "done"
    found = app.get(f"/quickbooks/entries/{entry}")
    assert (found["state"], found["differs_by"]) == ("synced", "0.01")
