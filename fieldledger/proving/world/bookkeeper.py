"""What people do in QuickBooks meanwhile, to our records above all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from fieldledger.proving.world.choosing import SECOND_BANK
from fieldledger.proving.world.faults import Faults, Kind
from fieldledger.proving.world.office import NAMES
from fieldledger.simulator import people
from fieldledger.simulator.applied_credits import CREDITS
from fieldledger.simulator.company import Company
from fieldledger.simulator.payments import invoice_balance, undeposited_funds
from fieldledger.simulator.problems import Failed
from fieldledger.simulator.state import Record

_WITH_LINES: Final = frozenset({"Invoice", "CreditMemo"})
FAX: Final = "Fax"  # A field that the office does not have: nobody but people writes it.


@dataclass(slots=True)
class Bookkeeper:
    """The person at QuickBooks; remembers what they did, for whoever judges."""

    faults: Faults
    # What they deleted, merged away or condensed, by its id.
    deleted: dict[str, Record] = field(default_factory=dict)
    # Every fax number that they gave a customer, by its id: one file or another has one of them.
    faxes: dict[str, set[str]] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)  # Customers that became others', by their ids.
    renamed: int = 0
    # What they applied by hand in all, in dollars, 0 where they only cleared it: by the requests
    # that made the invoice and the credit memo.
    credited: dict[tuple[str, str], int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)  # What they have ever changed, by its id.

    def act(self, company: Company, now: datetime) -> list[str]:
        """Do what strikes now; return what was done, in a line each."""
        done = []
        acts: tuple[tuple[Kind, Callable[[Company, datetime], str]], ...] = (
            (Kind.RENAMED, self._rename),
            (Kind.EDITED, self._edit),
            (Kind.DELETED, self._delete),
            (Kind.MERGED, self._merge),
            (Kind.NAME_TAKEN, self._take_name),
            (Kind.LOCKED, self._open),
            (Kind.BOOKS_CLOSED, self._close_books),
            (Kind.CONDENSED, self._condense),
            (Kind.DEPOSITED, self._take_to_bank),
            (Kind.CREDIT_BY_HAND, self._apply_or_clear_credit),
            (Kind.ACCOUNT_ADDED, self._add_account),
        )
        for kind, act in acts:
            if self.faults.strikes(kind, more=3):
                try:
                    line = act(company, now)
                except Failed as problem:
                    line = f"QuickBooks refuses: {problem}"
                if line:
                    self.faults.count(kind)
                    done.append(f"{kind}: {line}")
        return done

    def _pick(self, kind: Kind, company: Company, *types: str) -> Record | None:
        """Return a record that the office made."""
        ours = [
            each
            for each in company.state.records.values()
            if each.origin.set_id and (not types or each.type in types)
        ]
        if not ours:
            return None
        # What was entered last is what somebody may still be in doubt about.
        newest = ours[-3:] if self.faults.draw(kind, 2) else ours
        return newest[self.faults.draw(kind, len(newest))]

    def _rename(self, company: Company, now: datetime) -> str:
        record = self._pick(Kind.RENAMED, company)
        if record is None:
            return ""
        self.renamed += 1
        self.touched.add(record.id)
        people.rename(company, record.id, f"By hand {self.renamed}", now=now)
        return f"{record.type} {record.id}"

    def _edit(self, company: Company, now: datetime) -> str:
        record = self._pick(
            Kind.EDITED, company, "Customer", "Invoice", "CreditMemo", "ReceivePayment"
        )
        if record is None:
            return ""
        what = self.faults.draw(Kind.EDITED, 4)
        if record.type == "Customer" and what < 2:
            fax = f"555-{self.faults.draw(Kind.EDITED, 9999):04}"
            self.touched.add(record.id)
            self.faxes.setdefault(record.id, set()).add(fax)
            people.edit(company, record.id, {FAX: fax}, now=now)
            return f"the fax number of Customer {record.id}"
        if record.type != "Customer" and what < 2:
            days = 1 + self.faults.draw(Kind.EDITED, 20)
            day = _earlier(record.fields["TxnDate"], days)
            self._change(company, record, {"TxnDate": day}, now)
            return f"the date of {record.type} {record.id}: {day}"
        if record.type in _WITH_LINES and what < 3:
            return self._edit_amount(company, record, now)
        text = {"Phone": "by hand"} if record.type == "Customer" else {"Memo": "by hand"}
        self.touched.add(record.id)
        people.edit(company, record.id, text, now=now)
        return f"{record.type} {record.id}"

    def _edit_amount(self, company: Company, record: Record, now: datetime) -> str:
        """Let one line come to more: what is applied to it has room all the same."""
        more = 100 * (1 + self.faults.draw(Kind.EDITED, 50))
        lines = record.fields["Lines"]
        at = next((n for n, each in enumerate(lines) if each.get("Amount", 0) > 0), None)
        if at is None:
            return ""
        cents = lines[at]["Amount"] + more
        amount = f"{cents // 100}.{cents % 100:02}"
        given: list[dict[str, str]] = [{"TxnLineID": each["TxnLineID"]} for each in lines]
        given[at]["Amount"] = amount
        self._change(company, record, {f"{record.type}LineMod": given}, now)
        return f"a line of {record.type} {record.id}: {amount}"

    def _change(
        self, company: Company, record: Record, fields: dict[str, Any], now: datetime
    ) -> None:
        """Save a transaction in its window, as QuickBooks lets people."""
        given = {"TxnID": record.id, "EditSequence": record.sequence, **fields}
        people.do(company, f"{record.type}ModRq", {f"{record.type}Mod": given}, now=now)
        self.touched.add(record.id)

    def _delete(self, company: Company, now: datetime) -> str:
        record = self._pick(Kind.DELETED, company)
        if record is None:
            return ""
        people.delete(company, record.id, now=now)
        self.deleted[record.id] = record
        return f"{record.type} {record.id}"

    def _merge(self, company: Company, now: datetime) -> str:
        loser = self._pick(Kind.MERGED, company, "Customer")
        winner = self._pick(Kind.MERGED, company, "Customer")
        if loser is None or winner is None or loser is winner:
            return ""
        people.merge(company, loser.id, winner.id, now=now)
        self.touched |= {loser.id, winner.id}
        self.deleted[loser.id] = loser
        self.merged.add(loser.id)
        return f"Customer {loser.id} into {winner.id}"

    def _take_name(self, company: Company, now: datetime) -> str:
        name = f"{NAMES[self.faults.draw(Kind.NAME_TAKEN, len(NAMES))]}"
        number = self.faults.draw(Kind.NAME_TAKEN, 40)
        name = f"{name} {number}" if number else name
        people.do(company, "VendorAddRq", {"VendorAdd": {"Name": name}}, now=now)
        return f"a vendor {name}"

    def _open(self, company: Company, _now: datetime) -> str:
        record = self._pick(Kind.LOCKED, company)
        if record is None:
            return ""
        status = (3170, 3175, 3176, 3180)[self.faults.draw(Kind.LOCKED, 4)]
        people.open_record(company, record.id, status=status, times=2)
        return f"{record.type} {record.id} is open ({status})"

    def _close_books(self, company: Company, now: datetime) -> str:
        if company.state.preferences.closing_date:
            people.reopen_books(company)
            return "opened again"
        closing = now + timedelta(days=1)
        people.close_books(company, f"{closing:%Y-%m-%d}")
        return f"through {closing:%Y-%m-%d}"

    def _condense(self, company: Company, now: datetime) -> str:
        self._settle_by_hand(company, now)
        before = dict(company.state.records)
        people.condense(company, f"{now + timedelta(days=1):%Y-%m-%d}", now=now)
        gone = {key: each for key, each in before.items() if key not in company.state.records}
        self.deleted |= gone
        return f"{len(gone)} transactions taken out" if gone else ""

    def _settle_by_hand(self, company: Company, now: datetime) -> None:
        """Enter a payment for an invoice of ours, so that there is something to take out."""
        invoice = self._pick(Kind.CONDENSED, company, "Invoice")
        due = invoice_balance(company.state, invoice) if invoice else 0
        if invoice is None or due <= 0:
            return
        amount = f"{due // 100}.{due % 100:02}"
        given = {
            "CustomerRef": {"ListID": invoice.fields["CustomerRef"]},
            "TotalAmount": amount,
            "AppliedToTxnAdd": [{"TxnID": invoice.id, "PaymentAmount": amount}],
        }
        people.do(company, "ReceivePaymentAddRq", {"ReceivePaymentAdd": given}, now=now)

    def _take_to_bank(self, company: Company, now: datetime) -> str:
        """Put up to three payments of ours that wait for the bank into one deposit."""
        state = company.state
        funds = undeposited_funds(state)
        waiting = [
            each.id
            for each in state.of_type("ReceivePayment").values()
            if each.origin.set_id
            and each.id not in state.deposited
            and each.fields["DepositToAccountRef"] == funds
        ]
        if not waiting:
            return ""
        chosen = waiting[-1 - self.faults.draw(Kind.DEPOSITED, 3) :]
        made = people.deposit(company, *chosen, now=now)
        return f"{', '.join(chosen)} in deposit {made.id}"

    def _add_account(self, company: Company, now: datetime) -> str:
        accounts = company.state.of_type("Account").values()
        if any(each.name == SECOND_BANK for each in accounts):
            return ""
        made = people.add_account(company, SECOND_BANK, "Bank", now=now)
        return f"{SECOND_BANK}, {made.id}"

    def _apply_or_clear_credit(self, company: Company, now: datetime) -> str:
        invoice = self._pick(Kind.CREDIT_BY_HAND, company, "Invoice")
        if invoice is None:
            return ""
        if invoice.fields.get(CREDITS) and self.faults.draw(Kind.CREDIT_BY_HAND, 2):
            part = invoice.fields[CREDITS][0]
            people.take_off_credit(company, invoice.id, part["TxnID"], now=now)
            self.touched.add(invoice.id)
            self._note_credit(company, invoice, part["TxnID"], 0)
            return f"credit {part['TxnID']} is cleared on invoice {invoice.id}"
        memos = [
            each
            for each in company.state.of_type("CreditMemo").values()
            if each.origin.set_id and each.fields["CustomerRef"] == invoice.fields["CustomerRef"]
        ]
        if not memos:
            return ""
        memo = memos[self.faults.draw(Kind.CREDIT_BY_HAND, len(memos))]
        dollars = 1 + self.faults.draw(Kind.CREDIT_BY_HAND, 20)
        part = {"CreditTxnID": memo.id, "AppliedAmount": f"{dollars}.00"}
        self._change(company, invoice, {"SetCredit": [part]}, now)
        self._note_credit(company, invoice, memo.id, dollars)
        return f"{dollars}.00 of credit {memo.id} goes to invoice {invoice.id}"

    def _note_credit(self, company: Company, invoice: Record, memo_id: str, dollars: int) -> None:
        memo = company.state.records[memo_id]
        pair = invoice.origin.request_id, memo.origin.request_id
        self.credited[pair] = self.credited.get(pair, 0) + dollars

    def stop(self, company: Company) -> None:
        """Close all windows and open the books."""
        company.state.locks.clear()
        people.reopen_books(company)


def _earlier(day: str, days: int) -> str:
    return f"{date.fromisoformat(day) - timedelta(days=days)}"
