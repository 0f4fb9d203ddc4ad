"""Credit memos applied to invoices in QuickBooks: once, to the cent, whatever is lost (I5.2)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Credit, CreditApplication, Invoice
from fieldledger.proving.world.network import document_in
from fieldledger.quickbooks import services
from fieldledger.quickbooks.linked_credits_row import LinkedCredits
from fieldledger.quickbooks.models import Connection, QuickBooksRecord, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.soap import Call, Reply
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import State
from tests.quickbooks.test_restores import the_next_day
from tests.quickbooks.test_straight_path import INVOICE_DATE, a_client, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


class _DiedWith(Exception):
    """The Web Connector died with a document in its hands."""


class Desk:
    """A client with a credit memo of 100.00 and two invoices of 240.00."""

    def __init__(self, pc: OfficePc, business: Business) -> None:
        self.pc, self.business = pc, business
        self.client: Client = a_client(business)
        self.item = an_item(business)
        pc.set_up()
        self.credit = self.memo("100")
        self.one, self.two = self.invoice(), self.invoice()

    def memo(self, price: str) -> Credit:
        values = {
            "client": self.client.guid,
            "date": INVOICE_DATE,
            "lines": [{"item": self.item.guid, "unit_price": price, "taxable": False}],
        }
        return office.create_credit(business=self.business, values=values, now=now())

    def invoice(self) -> Invoice:
        return an_invoice(self.business, self.client, self.item)

    def apply(self, invoice: Invoice, amount: str, credit: Credit | None = None) -> None:
        values = {"invoice": invoice.guid, "amount": amount}
        office.apply_credit(credit=credit or self.credit, values=values, now=now(), actor="Dana")

    def ask(self, *invoices: Invoice, memos: tuple[Credit, ...] = ()) -> list[str]:
        results = services.sync(
            self.pc.connection,
            invoices=[each.guid for each in invoices],
            payments=[],
            credit_memos=[each.guid for each in memos],
            actor="Dana",
            now=now(),
        )
        return [f"{each.kind} {each.result}" for each in results]

    def sync(self, *invoices: Invoice, memos: tuple[Credit, ...] = ()) -> list[str]:
        said = self.ask(*invoices, memos=memos)
        self.pc.run()
        return said

    def hold(self) -> str:
        """Let the Web Connector die with the document that sets a credit; return the document."""

        def hear(call: Call, reply: Reply) -> None:
            if "<SetCredit>" in (document := document_in(call, reply)):
                raise _DiedWith(document)

        self.pc.heard = hear
        with pytest.raises(_DiedWith) as died:
            self.pc.run()
        self.pc.heard = lambda _call, _reply: None
        return str(died.value)

    def entry(self, record: Invoice | Credit) -> Any:
        (entry,) = [each for each in self.pc.entries() if each.record_guid == record.guid]
        return entry

    def there(self, record: Invoice | Credit) -> Any:
        """Return QuickBooks' own record."""
        return self.pc.company.state.records[self.entry(record).quickbooks_id]

    def links(self, invoice: Invoice) -> list[int]:
        """Return in cents what credit memos pay of an invoice in QuickBooks."""
        return [each["Amount"] for each in self.there(invoice).fields.get("Credits", ())]

    def left(self, credit: Credit) -> int:
        """Return in cents what QuickBooks has left of a credit memo."""
        there = self.there(credit)
        total: int = there.fields["Subtotal"] + there.fields["SalesTaxTotal"]
        return total - self.pc.company.state.applied_to(there.id)

    def agrees(self, *invoices: Invoice) -> None:
        for each in invoices:
            entry = self.entry(each)
            assert (entry.state, entry.differs_by or 0) == (State.SYNCED, 0), entry.message
            assert entry.record_revision == entry.synced_revision


class _Backup:
    """The rows that tell of clients' credits and of what was sent, as they are now."""

    _MODELS = (Client, Invoice, Credit, CreditApplication, SyncEntry, LinkedCredits, Connection)

    def __init__(self) -> None:
        self._rows = {each: list(each._default_manager.values()) for each in self._MODELS}

    def put_back(self) -> None:
        for model, rows in self._rows.items():
            manager = model._default_manager
            manager.exclude(pk__in=[each["id"] for each in rows]).delete()
            for row in rows:
                manager.filter(pk=row["id"]).update(**row)


def now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def desk(pc: OfficePc, business: Business, request: pytest.FixtureRequest) -> Desk:
    variant = getattr(request, "param", None)
    if variant is not None:
        pc = OfficePc(business, variant=variant)
    return Desk(pc, business)


EVERY_QUICKBOOKS = [
    Variant(),
    Variant(set_credit_adds=False, set_credit_bumps=False),
    Variant(store_keeps="none", set_credit_bumps=False),
    Variant(store_keeps="last", stored_answers="recovery", edit_sequence_per_change=True),
]


def test_a_credit_is_applied_when_a_person_asks_with_its_memo_first(desk: Desk) -> None:
    desk.sync(desk.one)
    desk.apply(desk.one, "40.01")
    desk.pc.run()
    assert desk.links(desk.one) == []
    assert desk.entry(desk.one).state == State.CHANGED

    assert desk.sync(desk.one) == ["invoice queued", "credit queued"]

    assert (desk.links(desk.one), desk.left(desk.credit)) == ([4001], 5999)
    desk.agrees(desk.one)
    entry = desk.entry(desk.one)
    assert entry.message == "QuickBooks applies 40.01 of credit memo CM-1 to it, as here."
    assert desk.ask(desk.one) == ["invoice refused"]

    desk.apply(desk.two, "59.99")
    assert desk.sync(desk.two) == ["invoice queued"]
    assert (desk.links(desk.two), desk.left(desk.credit)) == ([5999], 0)
    desk.agrees(desk.one, desk.two)


def test_an_invoice_that_is_new_goes_first_and_gets_its_credits_after_it(desk: Desk) -> None:
    other = desk.memo("15")
    desk.apply(desk.one, "40")
    desk.apply(desk.one, "15", other)

    desk.sync(desk.one)

    assert sorted(desk.links(desk.one)) == [1500, 4000]
    desk.agrees(desk.one)
    entry = desk.entry(desk.one)
    assert "40.00 of credit memo CM-1 and 15.00 of credit memo CM-2" in entry.message


def test_it_waits_for_a_credit_memo_that_cannot_go_and_not_once_it_is_taken_off(
    desk: Desk,
) -> None:
    office.update_credit(
        credit=desk.credit,
        values={"lines": [{"description": "By hand", "unit_price": "100"}]},
        now=now(),
    )
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    entry = desk.entry(desk.one)
    assert (entry.state, entry.waiting_on.kind) == (State.WAITING, "credit")
    assert entry.quickbooks_id
    assert "which needs you first" in entry.message

    desk.apply(desk.one, "0")
    desk.pc.run()

    desk.agrees(desk.one)


def test_a_change_of_the_invoice_and_a_credit_go_together(desk: Desk) -> None:
    desk.sync(desk.one)
    people.edit(desk.pc.company, desk.there(desk.one).id, {"Other": "by hand"}, now=now())
    office.update_invoice(invoice=desk.one, values={"memo": "Thanks"}, now=now())
    desk.apply(desk.one, "40")

    desk.sync(desk.one)

    assert desk.links(desk.one) == [4000]
    there = desk.there(desk.one).fields
    assert (there["Memo"], there["Other"]) == ("Thanks", "by hand")
    desk.agrees(desk.one)
    office.update_invoice(invoice=desk.one, values={"memo": "Thanks again"}, now=now())
    desk.sync(desk.one)
    assert desk.links(desk.one) == [4000]
    desk.agrees(desk.one)


@pytest.mark.parametrize(
    ("desk", "faults"),
    [
        (EVERY_QUICKBOOKS[0], ("zombie", "crash-mid=1")),
        (EVERY_QUICKBOOKS[1], ("crash-unstored", "lose-answer")),
        (EVERY_QUICKBOOKS[2], ("crash-mid=1", "lose-answer")),
        (EVERY_QUICKBOOKS[3], ("zombie", "crash-unstored")),
    ],
    indirect=["desk"],
)
def test_a_credit_is_applied_once_whatever_is_lost(desk: Desk, faults: tuple[str, ...]) -> None:
    for fault in faults:
        for document in range(2, 6):  # Reads, the change, and reads again.
            invoice, memo = desk.invoice(), desk.memo("100")
            desk.sync(invoice, memos=(memo,))
            desk.apply(invoice, "40", memo)
            desk.ask(invoice)

            desk.pc.run(f"{fault}@{document}")
            for _ in range(4):
                desk.pc.run()

            assert (desk.links(invoice), desk.left(memo)) == ([4000], 6000), (fault, document)
            desk.agrees(invoice)


@pytest.mark.parametrize("desk", EVERY_QUICKBOOKS[1:3], indirect=True)
def test_a_late_copy_applies_nothing_twice(desk: Desk) -> None:
    desk.sync(desk.one, memos=(desk.credit,))
    desk.apply(desk.one, "40")
    desk.ask(desk.one)
    held = desk.hold()
    for _ in range(4):
        desk.pc.run()
    desk.agrees(desk.one)

    desk.pc.run_late(held)

    assert (desk.links(desk.one), desk.left(desk.credit)) == ([4000], 6000)


@pytest.mark.parametrize(
    "desk", [Variant(), Variant(set_credit_adds=False, set_credit_bumps=False)], indirect=True
)
def test_a_credit_taken_off_or_changed_here_is_for_a_person_there(desk: Desk) -> None:
    desk.apply(desk.one, "40")
    desk.sync(desk.one)

    desk.apply(desk.one, "25")
    desk.sync(desk.one)

    entry = desk.entry(desk.one)
    assert (entry.state, entry.code) == (State.FAILED, "credit_applied_otherwise")
    assert "applies 40.00 of credit memo CM-1" in entry.message
    assert "here it is 25.00" in entry.message
    assert desk.links(desk.one) == [4000]
    desk.pc.act("retry", entry)
    desk.pc.run()
    assert desk.entry(desk.one).code == "credit_applied_otherwise"

    invoice, memo = desk.there(desk.one).id, desk.there(desk.credit).id
    people.take_off_credit(desk.pc.company, invoice, memo, now=now())
    desk.pc.act("retry", desk.entry(desk.one))
    desk.pc.run()
    assert desk.links(desk.one) == [2500]
    desk.agrees(desk.one)

    desk.apply(desk.one, "0")
    people.take_off_credit(desk.pc.company, invoice, memo, now=now())
    desk.sync(desk.one)
    assert (desk.links(desk.one), desk.left(desk.credit)) == ([], 10000)
    desk.agrees(desk.one)
    assert "no credit memo of ours to it any more" in desk.entry(desk.one).message


def test_what_a_person_has_applied_there_already_is_not_applied_again(desk: Desk) -> None:
    desk.sync(desk.one, memos=(desk.credit,))
    desk.apply(desk.one, "40")
    by_hand = {
        "TxnID": desk.there(desk.one).id,
        "EditSequence": desk.there(desk.one).sequence,
        "SetCredit": [{"CreditTxnID": desk.there(desk.credit).id, "AppliedAmount": "40.00"}],
    }
    people.do(desk.pc.company, "InvoiceModRq", {"InvoiceMod": by_hand}, now=now())

    desk.sync(desk.one)

    assert desk.links(desk.one) == [4000]
    desk.agrees(desk.one)


def test_a_refund_and_a_payment_that_are_void_here_make_room_first(desk: Desk) -> None:
    account = QuickBooksRecord.objects.get(connection=desk.pc.connection, name="Checking")
    changes = {"refund_account": account.list_id}
    services.save_mapping(desk.pc.connection, changes=changes, actor="", now=now())
    refund = office.create_refund(
        credit=desk.credit, values={"amount": "100", "date": INVOICE_DATE}, now=now()
    )
    paid = {"invoice": desk.one.guid, "amount": "240", "date": INVOICE_DATE}
    payment = office.create_payment(business=desk.business, values=paid, now=now())
    desk.sync(desk.one, memos=(desk.credit,))
    assert desk.left(desk.credit) == 0

    office.void_refund(refund=refund, now=now())
    office.void_payment(payment=payment, now=now())
    desk.apply(desk.one, "100")
    desk.sync(desk.one, memos=(desk.credit,))
    desk.pc.run()

    assert (desk.links(desk.one), desk.left(desk.credit)) == ([10000], 0)
    desk.agrees(desk.one)


def test_a_credit_memo_deleted_there_and_sent_anew_is_applied_again(desk: Desk) -> None:
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    people.delete(desk.pc.company, desk.there(desk.credit).id, now=now())
    services.look_now(desk.pc.connection, actor="", now=now())
    desk.pc.run()
    gone = desk.entry(desk.credit)
    assert gone.state == State.GONE

    desk.pc.act("retry", gone)
    desk.pc.run()
    desk.pc.run()

    assert desk.links(desk.one) == [4000]
    desk.agrees(desk.one)


@pytest.mark.parametrize("desk", [Variant(set_credit_bumps=False)], indirect=True)
def test_a_late_copy_applies_nothing_twice_in_an_older_company_file(desk: Desk) -> None:
    desk.sync(desk.one, memos=(desk.credit,))
    backup = desk.pc.company.to_json()
    desk.apply(desk.one, "40")
    desk.ask(desk.one)
    held = desk.hold()
    for _ in range(3):
        desk.pc.run()
    desk.agrees(desk.one)

    people.restore(desk.pc.company, backup, now=now())
    the_next_day(desk.pc)
    for _ in range(3):
        desk.pc.run()
    desk.agrees(desk.one)
    desk.pc.run_late(held)

    assert (desk.links(desk.one), desk.left(desk.credit)) == ([4000], 6000)


def test_after_a_restore_of_our_database_a_credit_is_applied_once_and_the_session_ends(
    desk: Desk,
) -> None:
    desk.sync(desk.one, memos=(desk.credit,))
    services.database_restored(now=now())
    desk.pc.run()
    desk.apply(desk.one, "40")

    desk.sync(desk.one)

    assert desk.links(desk.one) == [4000]
    desk.agrees(desk.one)


@pytest.mark.parametrize("backed_up", ["sent", "asked", "memo-unasked"])
@pytest.mark.parametrize(
    ("desk", "is_row_kept"),
    [(Variant(), True), (Variant(set_credit_bumps=False), False)],
    indirect=["desk"],
)
def test_a_credit_that_our_backup_does_not_know_of_is_told_and_never_called_the_same(
    desk: Desk, *, is_row_kept: bool, backed_up: str
) -> None:
    if backed_up == "sent":
        desk.sync(desk.one, memos=(desk.credit,))
    else:
        desk.ask(desk.one, memos=(desk.credit,) if backed_up == "asked" else ())
    if is_row_kept:
        desk.apply(desk.one, "5")
        desk.apply(desk.one, "0")
    backup = _Backup()
    desk.apply(desk.one, "40")
    desk.sync(desk.one, memos=(desk.credit,))
    assert desk.links(desk.one) == [4000]

    backup.put_back()
    services.database_restored(now=now())
    for _ in range(4):
        desk.pc.run()

    entry = desk.entry(desk.one)
    code = "credit_unknown" if backed_up == "memo-unasked" else "credit_applied_otherwise"
    assert (entry.state, entry.code) == (State.FAILED, code), entry.message
    assert "applies 40.00 of" in entry.message
    assert "credit memo CM-1" in entry.message
    desk.apply(desk.one, "40")
    desk.sync(desk.one, memos=(desk.credit,))
    desk.pc.act("retry", desk.entry(desk.one))
    desk.pc.run()
    assert desk.entry(desk.credit).state == State.SYNCED
    assert (desk.links(desk.one), desk.left(desk.credit)) == ([4000], 6000)
    desk.agrees(desk.one)


@pytest.mark.parametrize("how", ["pending", "held", "failed"])
def test_a_credit_is_told_of_an_invoice_that_our_backup_was_about_to_send(
    desk: Desk, how: str
) -> None:
    desk.sync(desk.one, memos=(desk.credit,))
    office.update_invoice(invoice=desk.one, values={"memo": "A"}, now=now())
    desk.ask(desk.one)
    if how == "held":
        desk.pc.act("hold", desk.entry(desk.one))
    if how == "failed":
        people.close_books(desk.pc.company, "2026-12-31")
        desk.pc.run()
        people.reopen_books(desk.pc.company)
    backup = _Backup()
    press = {"held": "release", "failed": "retry"}.get(how, "")
    if press:
        desk.pc.act(press, desk.entry(desk.one))
    desk.pc.run()
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    assert desk.links(desk.one) == [4000]

    backup.put_back()
    services.database_restored(now=now())
    for _ in range(3):
        desk.pc.run()
    if press:
        desk.pc.act(press, desk.entry(desk.one))
        desk.pc.run()

    assert desk.entry(desk.one).code == "credit_applied_otherwise"


def test_a_number_of_ours_does_not_make_a_credit_memo_ours(desk: Desk) -> None:
    desk.sync(desk.one)
    item = next(iter(desk.pc.company.state.of_type("ItemService").values()))
    line = {"ItemRef": {"ListID": item.id}, "Quantity": "1", "Rate": "40.00"}
    by_hand = {
        "CustomerRef": {"ListID": desk.there(desk.one).fields["CustomerRef"]},
        "RefNumber": desk.credit.number,
        "CreditMemoLineAdd": [line],
    }
    memo = people.do(
        desk.pc.company, "CreditMemoAddRq", {"CreditMemoAdd": by_hand}, now=now()
    ).record
    assert memo is not None
    applied = {
        "TxnID": desk.there(desk.one).id,
        "EditSequence": desk.there(desk.one).sequence,
        "SetCredit": [{"CreditTxnID": memo.id, "AppliedAmount": "40.00"}],
    }
    people.do(desk.pc.company, "InvoiceModRq", {"InvoiceMod": applied}, now=now())
    services.database_restored(now=now())
    for _ in range(2):
        desk.pc.run()
    entry = desk.entry(desk.one)
    assert (entry.state, entry.code) == (State.FAILED, "credit_unknown"), entry.message

    people.edit(desk.pc.company, memo.id, {"RefNumber": "X-1"}, now=now())
    desk.apply(desk.one, "40")
    desk.sync(desk.one, memos=(desk.credit,))
    for _ in range(2):
        desk.pc.run()

    assert sorted(desk.links(desk.one)) == [4000, 4000]  # Theirs, and ours.
    assert desk.left(desk.credit) == 6000
    desk.agrees(desk.one)


@pytest.mark.parametrize("desk", [Variant(), Variant(set_credit_bumps=False)], indirect=True)
def test_a_credit_taken_off_there_comes_back_with_an_older_file_and_is_told(desk: Desk) -> None:
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    backup = desk.pc.company.to_json()
    desk.apply(desk.one, "0")
    invoice, memo = desk.there(desk.one).id, desk.there(desk.credit).id
    people.take_off_credit(desk.pc.company, invoice, memo, now=now() + timedelta(seconds=5))
    desk.sync(desk.one)
    desk.agrees(desk.one)

    people.restore(desk.pc.company, backup, now=now() + timedelta(seconds=5))
    the_next_day(desk.pc)
    for _ in range(2):
        desk.pc.run()

    assert desk.entry(desk.one).code == "credit_applied_otherwise"


@pytest.mark.parametrize("desk", [Variant(), Variant(set_credit_bumps=False)], indirect=True)
def test_an_older_company_file_gets_what_it_lacks(desk: Desk) -> None:
    desk.sync(desk.one, memos=(desk.credit,))
    backup = desk.pc.company.to_json()
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    assert desk.links(desk.one) == [4000]

    people.restore(desk.pc.company, backup, now=now())
    the_next_day(desk.pc)
    for _ in range(3):
        desk.pc.run()

    assert desk.links(desk.one) == [4000]
    desk.agrees(desk.one)


@pytest.mark.parametrize("desk", [Variant(set_credit_bumps=False)], indirect=True)
def test_an_older_copy_of_the_file_that_lacks_the_credit_alone_is_seen(desk: Desk) -> None:
    desk.sync(desk.one, memos=(desk.credit,))
    backup = desk.pc.company.to_json()
    desk.apply(desk.one, "40")
    desk.sync(desk.one)

    people.copy_back(desk.pc.company, backup)
    the_next_day(desk.pc)
    desk.pc.run()

    assert desk.links(desk.one) == [4000]
    desk.agrees(desk.one)


def test_an_invoice_is_void_there_where_its_credit_was_taken_off_here(desk: Desk) -> None:
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    desk.apply(desk.one, "0")
    office.void_invoice(invoice=desk.one, now=now())

    desk.sync(desk.one)

    assert desk.entry(desk.one).state == State.SYNCED
    assert (desk.links(desk.one), desk.left(desk.credit)) == ([], 10000)
    assert Decimal(desk.there(desk.one).fields["Subtotal"]) == 0
