"""What people do in the office: they make records, change them, void them, sync and undo it all.

Everything goes through the services that pages and API call. Each change writes something that
no change wrote before, so that the company file tells which of ours it holds.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import (
    ZERO,
    Client,
    Credit,
    Invoice,
    Item,
    Payment,
    Record,
    Refund,
    TaxRate,
)
from fieldledger.proving.world.choosing import Choices
from fieldledger.proving.world.faults import Faults
from fieldledger.proving.world.faults import Kind as Fault
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.number_taken import TAKEN as NUMBER_TAKEN
from fieldledger.quickbooks.tables import Columns
from fieldledger.quickbooks.voided import LEFT_THERE
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import choices_of

# Few, so that clashes are the rule and not the exception.
NAMES: Final = ("Anna Smith", "John Smith", "O'Brien & Sons", "Café Crème", "Lawn Depot", "Ben Yee")
ITEMS: Final = ("Leak repair", "Drain cleaning", "Boiler", "Valve")
POISON: Final = "Poisonous"
METHODS: Final = ("cash", "check", "credit_card", "ach", "other")
_CONNECTION: Final = Columns(Connection)  # Asked for at every turn.
_VOIDED_BY: Final[Mapping[int, tuple[type[Record], str, Callable[..., Any]]]] = {
    RANK[Kind.INVOICE]: (Invoice, "invoice", office.void_invoice),
    RANK[Kind.PAYMENT]: (Payment, "payment", office.void_payment),
    RANK[Kind.CREDIT]: (Credit, "credit", office.void_credit),
    RANK[Kind.REFUND]: (Refund, "refund", office.void_refund),
}

Act = tuple[int, Callable[[], str]]


class Office:
    """One business's people. `tell` hears of what they did, in a line each."""

    def __init__(
        self,
        business_id: int,
        chance: random.Random,
        clock: Callable[[], datetime],
        *,
        uses: random.Random,
    ) -> None:
        self._business_id = business_id
        self._chance = chance
        self._clock = clock
        self._number = 0
        self.poison = False
        # Of the acts, those that make void what is there, and let that go at once: so that a void
        # record is often what was written last.
        self.voids = 0.0
        self._happened: Mapping[Fault, int] = {}
        self.maps = False  # Whether checks are to go to the account that people add there.
        # In every other world credit memos are applied to invoices.
        self._uses = uses
        self.applies = 0.3 if uses.random() < 0.5 else 0.0
        # The most that was ever to go of a credit memo to an invoice: (invoice, credit memo).
        self.credited: dict[tuple[UUID, UUID], Decimal] = {}
        self.choices = Choices(lambda: self.connection, self._by, uses)
        self._acts: Sequence[Act] = (
            (5, self._new_client),
            (2, self._new_item),
            (6, self._new_invoice),
            (5, self._new_payment),
            (2, self._new_credit),
            (1, self._new_refund),
            (4, self._change_client),
            (2, self._change_item),
            (4, self._change_invoice),
            (2, self._change_payment),
            (1, self._change_credit),
            (1, self._void_invoice),
            (1, self._void_payment),
            (1, self._void_credit),
            (1, self._void_refund),
            (1, self._answer_again),
            (2, self._new_deposit),
            (3, self._apply_deposit),
            (5, self._sync_some),
            (4, self.sync_all),
            (1, self._hold_or_ignore),
            (1, self._release),
            (1, self._retry),
        )
        self._weights = [weight for weight, _ in self._acts]
        self._has_later_kinds = True

    def meet(self, faults: Faults) -> None:
        """Do what lets these faults meet something."""
        kinds = faults.rates
        self.poison = Fault.POISON in kinds
        self.voids = 0.1 if {Fault.FILE_COPIED, Fault.FILE_COPIED_BACK} & kinds.keys() else 0.0
        self.maps = Fault.ACCOUNT_ADDED in kinds
        self._happened = faults.happened

    def leave_out_later_kinds(self) -> None:
        """Make nothing from now on that the program's first version had no place for."""
        later = (
            self._new_credit,
            self._new_refund,
            self._change_credit,
            self._void_credit,
            self._void_refund,
            self._answer_again,
            self._new_deposit,
            self._apply_deposit,
        )
        self._acts = [(weight, act) for weight, act in self._acts if act not in later]
        self._weights = [weight for weight, _ in self._acts]
        self._has_later_kinds = False
        self.applies = self.voids = 0.0

    @property
    def business(self) -> Business:
        """The business as it is now."""
        return Business.objects.get(pk=self._business_id)

    @property
    def connection(self) -> Connection:
        """Its connection as it is now."""
        found = _CONNECTION.read_one(Connection, "WHERE business_id = %s", (self._business_id,))
        assert found is not None
        return found

    def act(self) -> str:
        """Do one thing, and say what."""
        if self.maps and self._happened[Fault.ACCOUNT_ADDED]:
            self.choices.choose_account()
        if self.voids and self._uses.random() < self.voids:
            return self._try(self._void_what_is_there)
        (_, act) = self._chance.choices(self._acts, self._weights)[0]
        said = self._try(act)
        if self.applies and self._uses.random() < self.applies:
            said += f"; {self._try(self._apply_credit)}"
        return said

    def _try(self, act: Callable[[], str]) -> str:
        try:
            return act()
        except office.Refused as refused:
            return f"refused: {refused}"

    def _by(self) -> dict[str, Any]:
        return {"now": self._clock(), "actor": "Dana"}

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _pick(self, rows: "QuerySet[Any]", chance: random.Random | None = None) -> Any:
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        chosen = (chance or self._chance).choice(ids) if ids else None
        return rows.model._default_manager.get(pk=chosen) if ids else None  # noqa: SLF001 - Django's documented API.

    def _rows(self, model: type[Model], **where: Any) -> "QuerySet[Any]":
        return model._default_manager.filter(business_id=self._business_id, **where)  # noqa: SLF001

    # --- Making ---

    def _new_client(self) -> str:
        name = self._chance.choice(NAMES)
        if self._chance.random() < 0.5:
            name = f"{name} {self._next()}"
        if self.poison and self._chance.random() < 0.3:
            name = f"{POISON} {self._next()}"
        values = {"name": name, "phone": f"555-{self._next():04}", "email": "a@example.com"}
        made = office.create_client(business=self.business, values=values, **self._by())
        return f"new client {made.pk} {name}"

    def _new_item(self) -> str:
        name = f"{self._chance.choice(ITEMS)} {self._next()}"
        values = {
            "name": name,
            "price": f"{self._next()}.00",
            "kind": self._chance.choice(("service", "product")),
        }
        made = office.create_item(business=self.business, values=values, **self._by())
        return f"new item {made.pk} {name}"

    def _new_invoice(self, client: Client | None = None) -> str:
        client = client or self._pick(self._rows(Client))
        if client is None:
            return self._new_client()
        rate = self._pick(self._rows(TaxRate)) if self._chance.random() < 0.4 else None
        values = {
            "client": client.guid,
            "date": f"{self._clock():%Y-%m-%d}",
            "lines": self._lines(),
            **({"tax_rate": rate.guid} if rate else {}),
        }
        made = office.create_invoice(business=self.business, values=values, **self._by())
        return f"new invoice {made.pk} no. {made.number} of {made.total} for client {client.pk}"

    def _lines(self) -> list[dict[str, Any]]:
        return self._work() + self._tip_and_fee()

    def _work(self) -> list[dict[str, Any]]:
        lines = []
        for _ in range(self._chance.randint(1, 3)):
            item = self._pick(self._rows(Item))
            lines.append(
                {
                    **({"item": item.guid} if item else {"description": "Work"}),
                    "quantity": "1",
                    "unit_price": f"{100 + self._next()}.{self._chance.randrange(100):02}",
                }
            )
        return lines

    def _tip_and_fee(self) -> list[dict[str, Any]]:
        """Return a tip and a fee now and then, once somebody has chosen the items for them."""
        if self._chance.random() >= 0.3 or not self._has_later_kinds:
            return []
        if not self.choices.are_extras_mapped():
            return []
        amount = f"{self._next()}.{self._chance.randrange(100):02}"
        fee = {"kind": "fee", "unit_price": amount, "taxable": self._chance.random() < 0.5}
        return [{"kind": "tip", "unit_price": amount}, fee]

    def _new_payment(self) -> str:
        # Never more in all than the smallest invoice comes to, so that any may be changed.
        invoice = self._pick(self._rows(Invoice, voided_at=None, paid__lt=40))
        if invoice is None:
            return self._new_invoice()
        values = {
            "invoice": invoice.guid,
            "amount": f"{10 + self._next() % 40}.{self._chance.randrange(100):02}",
            "date": f"{self._clock():%Y-%m-%d}",
            "method": self._chance.choice(METHODS),
            "reference": str(self._next()),
        }
        made = office.create_payment(business=self.business, values=values, **self._by())
        return f"new payment {made.pk} of {made.amount} for invoice {invoice.pk}"

    def _new_credit(self) -> str:
        client = self._pick(self._rows(Client))
        if client is None:
            return self._new_client()
        rate = self._pick(self._rows(TaxRate)) if self._chance.random() < 0.4 else None
        values = {
            "client": client.guid,
            "date": f"{self._clock():%Y-%m-%d}",
            "reason": f"Reason {self._next()}",
            "lines": self._work(),
            **({"tax_rate": rate.guid} if rate else {}),
        }
        made = office.create_credit(business=self.business, values=values, **self._by())
        return f"new credit {made.pk} no. {made.number} of {made.total} for client {client.pk}"

    def _new_deposit(self) -> str:
        client = self._pick(self._rows(Client))
        if client is None:
            return self._new_client()
        values = {
            "client": client.guid,
            "amount": f"{60 + self._next() % 40}.{self._chance.randrange(100):02}",
            "date": f"{self._clock():%Y-%m-%d}",
            "method": self._chance.choice(METHODS),
            "reference": str(self._next()),
        }
        made = office.create_deposit(business=self.business, values=values, **self._by())
        return f"new deposit {made.pk} of {made.amount} of client {client.pk}"

    def _apply_deposit(self) -> str:
        """Apply some of a deposit to an invoice of its client, or take it off."""
        deposit = self._pick(self._rows(Payment, voided_at=None, invoice=None))
        if deposit is None:
            return self._new_deposit()
        # As payments: never so much that an invoice could not be changed any more.
        invoice = self._pick(
            self._rows(Invoice, voided_at=None, paid__lt=40, client=deposit.client_id)
        ) or self._pick(self._rows(Invoice, applications__payment=deposit))
        if invoice is None:
            return self._new_invoice()
        amount = self._chance.choice(
            ("0", f"{1 + self._next() % 30}.{self._chance.randrange(100):02}")
        )
        values = {"invoice": invoice.guid, "amount": amount}
        office.apply_deposit(deposit=deposit, values=values, **self._by())
        return f"{amount} of deposit {deposit.pk} goes to invoice {invoice.pk}"

    def _apply_credit(self) -> str:
        """Apply some of a credit memo to an invoice of its client, or take it off."""
        # As refunds: never so much that either could not be changed any more.
        usable = self._rows(Credit, voided_at=None, refunded__lt=40, applied__lt=20)
        credit = self._pick(usable, self._uses)
        if credit is None:
            return self._new_credit()
        applied = self._rows(Invoice, credit_applications__credit=credit, voided_at=None)
        theirs = self._rows(Invoice, voided_at=None, paid__lt=40, client=credit.client_id)
        takes_off = self._uses.random() < 0.25 and applied.exists()
        invoice = self._pick(applied if takes_off else theirs, self._uses)
        if invoice is None:
            return self._new_invoice(credit.client)
        amount = "0" if takes_off else f"{self._uses.randint(1, 20)}.{self._uses.randrange(100):02}"
        values = {"invoice": invoice.guid, "amount": amount}
        office.apply_credit(credit=credit, values=values, **self._by())
        pair = invoice.guid, credit.guid
        self.credited[pair] = max(self.credited.get(pair, ZERO), Decimal(amount))
        return f"{amount} of credit {credit.pk} goes to invoice {invoice.pk}"

    def _new_refund(self) -> str:
        # Never more in all than the smallest credit memo comes to, so that any may be changed.
        credit = self._pick(self._rows(Credit, voided_at=None, refunded__lt=40))
        if credit is None or not self.choices.is_paying_account_chosen():
            return self._new_credit()
        values = {
            "amount": f"{10 + self._next() % 40}.{self._chance.randrange(100):02}",
            "date": f"{self._clock():%Y-%m-%d}",
            "method": self._chance.choice(METHODS),
            "reference": str(self._next()),
        }
        made = office.create_refund(credit=credit, values=values, **self._by())
        return f"new refund {made.pk} of {made.amount} of credit {credit.pk}"

    def make_one_of_each(self) -> str:
        """Make a client, an item, an invoice, a payment, a credit memo and a refund; sync them."""
        made = [self._new_client(), self._new_item(), self._new_invoice(), self._new_payment()]
        if self._has_later_kinds:
            made += [self._new_credit(), self._new_refund()]
        return ", ".join([*made, self.sync_all()])

    # --- Changing ---

    def _change_client(self, pk: int = 0) -> str:
        client = self._pick(self._rows(Client, **_key(pk)))
        if client is None:
            return self._new_client()
        values: dict[str, Any] = {"phone": f"555-{self._next():04}"}
        if self._chance.random() < 0.2:
            values["name"] = f"{self._chance.choice(NAMES)} {self._next()}"
        office.update_client(client=client, values=values, **self._by())
        return f"client {client.pk} is now {values}"

    def change_what_is_sent(self) -> str:
        """Change a record whose message set is with QuickBooks; "" if there is none."""
        flying = SyncEntry.objects.filter(
            connection=self.connection, state__in=(State.SENDING, State.CHECKING)
        )
        money = flying.filter(rank__gte=3)  # What can be voided, where there is any.
        entry = self._pick(money) or self._pick(flying)
        if entry is None:
            return ""
        changes = {
            1: self._change_client,
            2: self._change_item,
            3: self._change_invoice,
            4: self._change_payment,
            5: self._change_credit,
            6: self._void_refund,
        }
        if self._chance.random() < 0.4:
            changes |= {3: self._void_invoice, 4: self._void_payment, 5: self._void_credit}
        change = changes[entry.rank]
        try:
            return change(entry.record_id)
        except office.Refused as refused:
            return f"refused: {refused}"

    def _change_item(self, pk: int = 0) -> str:
        item = self._pick(self._rows(Item, **_key(pk)))
        if item is None:
            return self._new_item()
        price = f"{self._next()}.00"
        office.update_item(item=item, values={"price": price}, **self._by())
        return f"item {item.pk} costs {price}"

    def _change_invoice(self, pk: int = 0) -> str:
        invoice = self._pick(self._rows(Invoice, voided_at=None, **_key(pk)))
        if invoice is None:
            return self._new_invoice()
        changed = office.update_invoice(
            invoice=invoice, values={"lines": self._lines()}, **self._by()
        )
        return f"invoice {invoice.pk} comes to {changed.total}"

    def _change_payment(self, pk: int = 0) -> str:
        payment = self._pick(self._rows(Payment, voided_at=None, **_key(pk)))
        if payment is None:
            return self._new_payment()
        least = 60 if payment.is_deposit else 10
        amount = f"{least + self._next() % 40}.{self._chance.randrange(100):02}"
        office.update_payment(payment=payment, values={"amount": amount}, **self._by())
        return f"payment {payment.pk} is {amount}"

    def _void_invoice(self, pk: int = 0) -> str:
        invoice = self._pick(self._rows(Invoice, voided_at=None, **_key(pk)))
        if invoice is None:
            return self._new_invoice()
        made = office.void_invoice(invoice=invoice, **self._by())
        return f"void invoice {invoice.pk}{self._answer(Kind.INVOICE, made)}"

    def _void_payment(self, pk: int = 0) -> str:
        payment = self._pick(self._rows(Payment, voided_at=None, **_key(pk)))
        if payment is None:
            return self._new_payment()
        made = office.void_payment(payment=payment, **self._by())
        return f"void payment {payment.pk}{self._answer(Kind.PAYMENT, made)}"

    def _change_credit(self, pk: int = 0) -> str:
        credit = self._pick(self._rows(Credit, voided_at=None, **_key(pk)))
        if credit is None:
            return self._new_credit()
        changed = office.update_credit(credit=credit, values={"lines": self._work()}, **self._by())
        return f"credit {credit.pk} comes to {changed.total}"

    def _void_credit(self, pk: int = 0) -> str:
        credit = self._pick(self._rows(Credit, voided_at=None, **_key(pk)))
        if credit is None:
            return self._new_credit()
        made = office.void_credit(credit=credit, **self._by())
        return f"void credit {credit.pk}{self._answer(Kind.CREDIT, made)}"

    def _void_refund(self, pk: int = 0) -> str:
        refund = self._pick(self._rows(Refund, voided_at=None, **_key(pk)))
        if refund is None:
            return self._new_refund()
        made = office.void_refund(refund=refund, **self._by())
        return f"void refund {refund.pk}{self._answer(Kind.REFUND, made)}"

    def _void_what_is_there(self) -> str:
        """Make a synced record void, and have QuickBooks do the usual with it."""
        rows = SyncEntry.objects.filter(connection=self.connection, state=State.SYNCED)
        entry = self._pick(rows.filter(rank__in=_VOIDED_BY, void_there=""), self._uses)
        if entry is None:
            return "nothing to make void"
        model, name, void = _VOIDED_BY[entry.rank]
        made = void(**{name: self._rows(model).get(pk=entry.record_id)}, **self._by())
        there = choices_of(entry.kind)[0]
        kind = entry.kind
        services.choose_void(self.connection, kind=kind, record=made, there=there, **self._by())
        return f"void {name} {made.pk}, in QuickBooks at once: {there}"

    def _answer(self, kind: Kind, record: Any) -> str:
        """Say, as a page asks, what QuickBooks does with a void record; a program may not say."""
        if not self._has_later_kinds or self._chance.random() < 0.25:
            return ""
        there = self._chance.choice(choices_of(kind))
        services.choose_void(self.connection, kind=kind, record=record, there=there, **self._by())
        return f", in QuickBooks: {there}"

    def _answer_again(self) -> str:
        """Choose something else for what is void here and not in QuickBooks yet."""
        rows = SyncEntry.objects.filter(connection=self.connection).exclude(void_there="")
        entry = self._pick(rows)
        if entry is None:
            return "nothing is void"
        there = self._chance.choice(choices_of(entry.kind))
        try:
            services.choose_void_again(self.connection, entry=entry, there=there, **self._by())
        except services.NotPossible as error:
            return f"entry {entry.pk} is not to {there} there: {error}"
        return f"entry {entry.pk} is to {there} there after all"

    # --- Syncing ---

    def _sync_some(self) -> str:
        rows: QuerySet[Any] = self._rows(Invoice)
        guids = list(rows.order_by("pk").values_list("guid", flat=True))
        if not guids:
            return self._new_invoice()
        chosen = self._chance.sample(guids, min(len(guids), self._chance.randint(1, 3)))
        memos = self._guids(Credit)
        memo = [self._chance.choice(memos)] if memos and self._chance.random() < 0.5 else []
        queued = self._sync(chosen, [], memo)
        return f"sync of {len(chosen)} invoices and {len(memo)} credits, {queued} records queued"

    def sync_all(self) -> str:
        """Press Bulk sync on everything."""
        queued = self._sync_everything()
        return f"sync of everything, {queued} queued"

    def _sync_everything(self) -> int:
        return self._sync(self._guids(Invoice), self._guids(Payment), self._guids(Credit))

    def _guids(self, model: type[Record]) -> list[Any]:
        return list(self._rows(model).order_by("pk").values_list("guid", flat=True))

    def _sync(self, invoices: list[Any], payments: list[Any], memos: list[Any]) -> int:
        results = services.sync(
            self.connection,
            invoices=invoices,
            payments=payments,
            credit_memos=memos,
            **self._by(),
        )
        return sum(each.result == "queued" for each in results)

    def _press(self, action: str, *states: State) -> str:
        rows = SyncEntry.objects.filter(connection=self.connection, state__in=states)
        entry = self._pick(rows)
        if entry is None:
            return f"nothing to {action}"
        (result,) = services.act(self.connection, action=action, entries=[entry.guid], **self._by())
        return f"{action} entry {entry.pk} ({entry.state}): {result.reason or 'done'}"

    def _hold_or_ignore(self) -> str:
        return self._press(self._chance.choice(("hold", "ignore")), *State)

    def _release(self) -> str:
        return self._press("release", *State)

    def _retry(self) -> str:
        return self._press("retry", *State)

    def clear_up(self) -> tuple[int, str]:
        """Do what the log asks a person for: release, retry, sync; return how much there was."""
        connection = self.connection
        if connection.mapping.get("tip_item"):
            self.choices.are_extras_mapped(is_any_good=True)
        self.choices.choose_another_account()
        moved = self._renumber_taken()
        asked = Q(state__in=(State.FAILED, State.GONE, State.CHANGED_IN_QUICKBOOKS))
        for action, which in (
            ("release", Q(state__in=(State.HELD, State.IGNORED))),
            ("retry", asked | Q(state=State.DIFFERS, code="left_differs")),
            # A check is not changed from here, whatever somebody changed there.
            ("accept", Q(state=State.CHANGED_IN_QUICKBOOKS, rank=RANK[Kind.REFUND])),
        ):
            entries = list(
                SyncEntry.objects.filter(which, connection=connection)
                .exclude(code=LEFT_THERE)  # That asks nobody for anything.
                .order_by("pk")
                .values_list("guid", flat=True)
            )
            results = services.act(connection, action=action, entries=entries, **self._by())
            moved += sum(each.done for each in results)
        queued = self._sync_everything()
        return moved + queued, f"{moved} entries released or retried, {queued} queued"

    def _renumber_taken(self) -> int:
        """Give invoices whose numbers others have in QuickBooks new ones; return how many."""
        taken = SyncEntry.objects.filter(
            connection=self.connection, state=State.FAILED, code=NUMBER_TAKEN
        )
        invoices = self._rows(Invoice, voided_at=None, pk__in=taken.values("record_id"))
        found = list(invoices.order_by("pk"))
        for invoice in found:
            values = {"number": f"N{self._next()}"}
            office.update_invoice(invoice=invoice, values=values, **self._by())
        return len(found)


def _key(pk: int) -> dict[str, Any]:
    return {"pk": pk} if pk else {}


def switch(connection: Connection, *, on: bool, now: datetime) -> None:
    """Turn the Feature Center's switch."""
    services.set_enabled(connection, enabled=on, actor="Dana", now=now)


def pause(connection: Connection, *, on: bool, now: datetime) -> None:
    """Pause or resume the sync."""
    press = services.pause if on else services.resume
    press(connection, actor="Dana", now=now)
