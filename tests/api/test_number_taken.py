"""J5.10 over REST: an invoice whose number another one has in QuickBooks."""

from decimal import Decimal

import pytest
from django.utils import timezone

from fieldledger.quickbooks.models import RANK, SyncEntry
from fieldledger.quickbooks.taken_number_row import TakenNumber
from fieldledger.sync.content import Kind, State
from tests.api.conftest import Program, assert_problem
from tests.api.test_quickbooks import connected

pytestmark = pytest.mark.django_db


def test_j5_10_an_invoice_is_linked_with_the_one_that_has_its_number(app: Program) -> None:
    connected(app)
    invoice = app.invoice()
    app.post("/quickbooks/sync", {"invoices": [invoice["id"]]}, 200)
    ours = SyncEntry.objects.get(rank=RANK[Kind.INVOICE])
    path = f"/quickbooks/entries/{ours.guid}"
    assert app.get(path)["number_taken"] is None
    assert_problem(app.ask("POST", f"{path}/link"), 409)
    ours.state, ours.code = State.FAILED, "number_taken"
    ours.save()
    line = {"item": "Work", "description": "", "quantity": "", "rate": "", "amount": "25.00"}
    TakenNumber.objects.create(
        entry=ours,
        quickbooks_id="4C-1",
        edit_sequence="7",
        number=invoice["number"],
        customer="Ames, Ann",
        total=Decimal(invoice["total"]) + 5,
        lines=[line],
        seen_at=timezone.now(),
    )

    there = app.get(path)["number_taken"]
    linked = app.ask("POST", f"{path}/link")

    assert (there["quickbooks_id"], there["customer"], there["date"]) == ("4C-1", "Ames, Ann", None)
    assert there["lines"] == [line]
    assert linked.status == 200
    assert (linked.json["state"], linked.json["quickbooks_id"]) == ("differs", "4C-1")
    assert (linked.json["differs_by"], linked.json["number_taken"]) == ("5.00", None)
    assert_problem(app.ask("POST", f"{path}/link"), 409)
