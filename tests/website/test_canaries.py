"""Canaries through a day's traffic (N13, R13): no log, no support bundle and no table says them.

Names and notes are the business's own and stand in its database; passwords, keys and tickets do
not, so no backup of it holds them either.
"""

import io
import logging
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection as database
from django.test import Client as Browser

from fieldledger.accounts.models import AuditEvent, Business, Membership, Role, User
from fieldledger.accounts.services import new_api_key
from fieldledger.office import services as office
from fieldledger.quickbooks import services
from fieldledger.quickbooks.bundle_replay import replay
from fieldledger.quickbooks.models import Exchange, SyncEntry
from fieldledger.simulator.people import do
from fieldledger.simulator.soap import Call, Received, Reply
from tests.support.office_pc import OfficePc
from tests.website.program import run_program

WRITTEN = {
    "name": "canary-name",
    "company_name": "canary-company",
    "first_name": "canary-first",
    "last_name": "canary-last",
    "email": "canary@mail.example",
    "phone": "(555) 013-0177",
    "notes": "canary-note 4111 1111 1111 1111",
    "billing_line1": "17 canary street",
    "billing_city": "canary-town",
}
AMOUNT = "7177.17"
USER_PASSWORD = "canary-password-of-a-person"


@pytest.fixture
def pc(business: Business) -> OfficePc:
    return OfficePc(business)


@pytest.fixture
def day(
    pc: OfficePc, caplog: pytest.LogCaptureFixture
) -> tuple[OfficePc, Browser, set[str], set[str]]:
    """A day's traffic; what people wrote, and the secrets that were used."""
    caplog.set_level(logging.DEBUG)
    tickets: set[str] = set()

    def hear(call: Call, reply: Reply) -> None:
        ticket = dict(call.arguments).get("ticket") or ""
        if isinstance(reply, Received) and len(ticket) > 40:
            tickets.add(ticket)

    pc.heard = hear
    now = datetime.now(tz=UTC)
    user = User.objects.create_user("owner@harbor.example", USER_PASSWORD)
    Membership.objects.create(business=pc.business, user=user, role=Role.OWNER)
    browser = Browser(SERVER_NAME="localhost")
    browser.post("/accounts/login/", {"login": user.email, "password": "canary-mistyped"})
    browser.post("/accounts/login/", {"login": user.email, "password": USER_PASSWORD})
    _, key = new_api_key(business=pc.business, name="canary", now=now)
    browser.get("/api/v1/clients", headers={"Authorization": f"Bearer {key}"})
    pc.set_up()
    for _ in range(3):
        pc.run()
    client = office.create_client(business=pc.business, values=WRITTEN, now=now)
    item = office.create_item(
        business=pc.business, values={"name": "canary-item", "price": AMOUNT}, now=now
    )
    line = {"item": item, "quantity": "1", "description": "canary-line"}
    bill = office.create_invoice(
        business=pc.business,
        values={"client": client, "date": now.date(), "lines": [line], "memo": "canary-memo"},
        now=now,
    )
    pc.sync(bill.guid)
    for faults in ("", "lose-reply@3", "", ""):
        pc.run(faults)
    assert pc.connector is not None
    secrets = {pc.connector.password, USER_PASSWORD, "canary-mistyped", key} | tickets
    assert len(secrets) > 5
    written = {*WRITTEN.values(), AMOUNT, "canary", "4111 1111"}
    return pc, browser, written, secrets


def said_of(bundle: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        return "\n".join(opened.read(name).decode() for name in opened.namelist())


@pytest.mark.django_db
def test_n13_a_support_bundle_holds_no_canary_and_still_says_what_happened(
    day: tuple[OfficePc, Browser, set[str], set[str]],
) -> None:
    pc, browser, written, secrets = day
    response = browser.post("/quickbooks/support-bundle")
    assert response.status_code == 200
    said = said_of(response.content)

    assert [each for each in written | secrets if each in said] == []
    for told in ("InvoiceAddRq", "sendRequestXML", '"stage": "ongoing"', "TxnID", "synced"):
        assert told in said
    assert pc.connection.username not in said
    assert AuditEvent.objects.filter(action="make support bundle").count() == 1


@pytest.mark.django_db
def test_n15_a_bundle_is_replayed_by_this_versions_rules(
    day: tuple[OfficePc, Browser, set[str], set[str]],
) -> None:
    pc, browser, *_ = day
    straight = replay(browser.post("/quickbooks/support-bundle").content)
    added = [line for each in straight.turns for line in each.lines if "InvoiceAdd" in line]
    assert any("Taken: QuickBooks has it as" in line for line in added), added

    # A customer's name that a vendor has, and an hresult that is somebody's words.
    do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": "Taken Twice"}}, now=pc.now)
    services.save_settings(
        pc.connection, changes={"resolve_client_conflicts": False}, actor="", now=pc.now
    )
    Exchange.objects.filter(connection=pc.connection).delete()
    office.create_client(business=pc.business, values={"name": "Taken Twice"}, now=pc.now)
    pc.run("hresult=0x80040400@9")
    bundle = browser.post("/quickbooks/support-bundle").content
    turned = replay(bundle).turned
    assert turned is not None
    assert any("CustomerAdd" in each and "3100, NameTaken" in each for each in turned.lines)

    Exchange.objects.filter(operation="receiveResponseXML").update(hresult="canary-hresult")
    bundle = browser.post("/quickbooks/support-bundle").content
    assert "canary-hresult" not in said_of(bundle)
    assert replay(bundle).turned is not None


@pytest.mark.django_db
def test_r13_no_log_says_a_canary(
    day: tuple[OfficePc, Browser, set[str], set[str]], caplog: pytest.LogCaptureFixture
) -> None:
    _, _, written, secrets = day
    logged = "\n".join(each.getMessage() for each in caplog.records if "django.db" not in each.name)
    assert [each for each in written | secrets if each in logged] == []


@pytest.mark.django_db
def test_r13_no_table_and_so_no_backup_holds_a_secret_in_the_clear(
    day: tuple[OfficePc, Browser, set[str], set[str]],
) -> None:
    *_, secrets = day
    held = []
    with database.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            held += [repr(row) for row in cursor.fetchall()]
    everything = "\n".join(held)

    assert "canary-name" in everything  # The sweep does look where they would be.
    assert [each for each in secrets if each in everything] == []


@pytest.mark.django_db
def test_a_technician_gets_no_support_bundle(pc: OfficePc) -> None:
    services.set_enabled(pc.connection, enabled=True, actor="", now=datetime.now(tz=UTC))
    user = User.objects.create_user("tom@harbor.example")
    Membership.objects.create(business=pc.business, user=user, role=Role.TECHNICIAN)
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(user)

    assert browser.post("/quickbooks/support-bundle").status_code == 403


def test_the_host_writes_a_bundle_and_verifies_the_trail(place: Path, tmp_path: Path) -> None:
    enable = (
        "from fieldledger.accounts.models import Business;"
        "from fieldledger.quickbooks.services import connection_of;"
        "connection_of(Business.objects.get())"
    )
    assert run_program("manage", "shell", "-c", enable, folder=place).status == 0
    into = tmp_path / "bundle.zip"

    written = run_program("support-bundle", "--into", into, folder=place)
    assert written.status == 0, written.err
    assert "owner@acme.example" not in said_of(into.read_bytes())
    assert into.stat().st_mode & 0o077 == 0
    assert "cannot be written" in run_program("support-bundle", "--into", into, folder=place).err

    shown = run_program("replay-bundle", into, folder=place)
    assert (shown.status, "Every call went as it should." in shown.out) == (0, True), shown.err
    (tmp_path / "other.zip").write_bytes(b"no zip")
    other = run_program("replay-bundle", tmp_path / "other.zip", folder=place)
    assert (other.status, "no support bundle" in other.err) == (1, True), other.err

    hurt = "from django.db import connection as c; c.cursor().execute('DROP TABLE %s')"
    hurt %= SyncEntry._meta.db_table
    assert run_program("manage", "shell", "-c", hurt, folder=place).status == 0
    failed = run_program("support-bundle", "--into", f"{into}3", folder=place)
    assert (failed.status, Path(f"{into}3").exists()) == (1, False)

    for command in (("verify-audit",), ("support-bundle", "--into", f"{into}2")):
        unknown = run_program(*command, "--business", str(uuid4()), folder=place)
        assert (unknown.status, "is no such business" in unknown.err) == (1, True), unknown.err
        assert "invalid UUID" in run_program(*command, "--business", "acme", folder=place).err
    whole = run_program("verify-audit", folder=place)
    assert whole.status == 0
    assert "whole, 3 links" in whole.out
    forge = (
        "from fieldledger.accounts.models import AuditEvent;"
        "AuditEvent.objects.filter(action='make API key').update(actor='nobody')"
    )
    assert run_program("manage", "shell", "-c", forge, folder=place).status == 0
    broken = run_program("verify-audit", folder=place)
    assert broken.status == 1
    assert "“make API key”" in broken.out
    assert "was changed since it was sealed" in broken.out


@pytest.mark.parametrize("command", [("verify-audit",), ("support-bundle", "--into", "b.zip")])
def test_a_folder_without_a_database_is_said_in_a_sentence(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "empty").mkdir(mode=0o700)

    for name, said in (("empty", "is no database in"), ("none", "is no installation in")):
        ended = run_program(*command, folder=tmp_path / name)
        assert (ended.status, said in ended.err) == (1, True), ended.err
        assert "Traceback" not in ended.err + ended.out
    assert not (tmp_path / "none").exists()
