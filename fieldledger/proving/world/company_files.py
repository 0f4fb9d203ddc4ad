"""The company files of a world: ours, somebody else's, backups and copies, and what is open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from fieldledger.proving.world.bookkeeper import Bookkeeper
from fieldledger.proving.world.computers import AwkwardCompany
from fieldledger.proving.world.faults import Faults, Kind
from fieldledger.quickbooks.company import OWNER_ID
from fieldledger.simulator import people
from fieldledger.simulator.company import Company
from fieldledger.simulator.problems import Failed
from fieldledger.simulator.sample import Sizes
from fieldledger.simulator.state import Record, State
from fieldledger.simulator.variant import Variant

_OTHER_FILE_ID: Final = "{11111111-2222-3333-4444-555555555555}"
_BACKED_UP: Final = 0.2  # Of the beats, where it may be needed.


@dataclass(slots=True, kw_only=True)
class CompanyFiles:
    """What lies on the PC's disk; `refused` hears of documents that are refused whole."""

    company: AwkwardCompany
    other: Company
    faults: Faults
    bookkeeper: Bookkeeper
    chance: Random
    note: Callable[[str], None]
    refused: Callable[[], None]
    backups: list[str] = field(default_factory=list)
    _given_again: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._make_awkward(self.company)

    def pass_by(self, now: datetime) -> None:
        """Back the company file up now and then, and bring it back; `now` is the PC's time."""
        kinds = (Kind.FILE_RESTORED, Kind.FILE_COPIED_BACK)
        if not any(each in self.faults.rates for each in (*kinds, Kind.FILE_COPIED)):
            return
        for kind in kinds:
            if self.backups and self.faults.strikes(kind):
                self.bring_back(kind, now)
        if self.chance.random() < _BACKED_UP:
            self.backups.append(self.company.to_json())
            self.note("the company file is backed up")

    def bring_back(self, kind: Kind, now: datetime) -> None:
        """Put the last backup in the file's place, behind QuickBooks' back or not."""
        self.faults.count(kind)
        before = dict(self.company.state.records)
        if kind == Kind.FILE_RESTORED:
            people.restore(self.company, self.backups[-1], now=now)
        else:
            people.copy_back(self.company, self.backups[-1])
        after = self.company.state.records
        if any(each.origin.set_id and each.sequence != before[key].sequence
               for key, each in after.items() if key in before):  # fmt: skip
            self.faults.saw(31)
        self.note(f"{kind}")
        gone = [each for key, each in before.items() if each.origin.set_id and key not in after]
        if gone and self.faults.strikes(Kind.ID_GIVEN_AGAIN, more=30):
            self._give_again(gone[self.faults.draw(Kind.ID_GIVEN_AGAIN, len(gone))], now)

    def _give_again(self, lost: Record, now: datetime) -> None:
        """Let somebody enter a record, which gets the number that one of ours had."""
        self._given_again += 1
        state = self.company.state
        request, given = _by_hand(state, lost, self._given_again)
        if not request:
            return
        try:
            record = people.do(self.company, request, given, now=now).record
        except Failed as problem:
            self.note(f"QuickBooks refuses: {problem}")
            return
        assert record is not None
        state.leave(record)
        record.id = lost.id
        state.enter(record)
        self.faults.count(Kind.ID_GIVEN_AGAIN)
        self.note(f"{lost.type} {lost.id} is somebody else's now")

    def opened(self) -> Company:
        """Return the file that is open in QuickBooks for the next sessions."""
        if self.faults.strikes(Kind.OTHER_FILE, more=2):
            self.faults.count(Kind.OTHER_FILE)
            self.note("another company file is open")
            return self.other
        if self.faults.strikes(Kind.FILE_COPIED, more=2):
            self.faults.count(Kind.FILE_COPIED)
            is_older = bool(self.backups) and self.faults.draw(Kind.FILE_COPIED, 2) == 1
            text = self.backups[-1] if is_older else self.company.to_json()
            what = "an older copy" if is_older else "a copy"
            self.note(f"{what} of the company file is open, for a while")
            return self._make_awkward(AwkwardCompany(Company.from_json(text).state))
        return self.company

    def _make_awkward(self, company: AwkwardCompany) -> AwkwardCompany:
        company.refused = self.refused
        company.forgets = self._forgets
        return company

    def _forgets(self) -> bool:
        if not self.faults.strikes(Kind.ITERATOR_LOST, more=2):
            return False
        self.faults.count(Kind.ITERATOR_LOST)
        self.note("QuickBooks forgets the list that is half read")
        return True


def _by_hand(state: State, lost: Record, number: int) -> tuple[str, dict[str, Any]]:
    """Return the request that enters a record of the same kind by hand, "" if there is none."""
    customer = {"ListID": next(iter(state.of_type("Customer")))}
    match lost.type:
        case "Customer":
            return "CustomerAddRq", {"CustomerAdd": {"Name": f"Somebody {number}"}}
        case "Invoice":
            line = {"Desc": "By hand", "Amount": "70.00"}
            return "InvoiceAddRq", {
                "InvoiceAdd": {"CustomerRef": customer, "InvoiceLineAdd": [line]}
            }
        case "CreditMemo":
            text = {"Desc": "By hand"}
            return "CreditMemoAddRq", {
                "CreditMemoAdd": {"CustomerRef": customer, "CreditMemoLineAdd": [text]}
            }
        case "ReceivePayment":
            return "ReceivePaymentAddRq", {
                "ReceivePaymentAdd": {"CustomerRef": customer, "TotalAmount": "7.00"}
            }
        case _:
            return "", {}


def awkward(text: str, variant: Variant) -> AwkwardCompany:
    """Return the company that a text holds, as this variant of QuickBooks keeps it."""
    company = AwkwardCompany(Company.from_json(text).state)
    company.state.variant = variant
    return company


_OTHER: Final = Company.fresh(
    seed=2,
    now=datetime(2026, 5, 4, 16, 0, tzinfo=UTC),
    name="Other Company",
    sizes=Sizes(customers=2, inactive_customers=0),
).to_json()


def other_company(variant: Variant) -> Company:
    """Return another business's company, which belongs to another connection."""
    company = Company.from_json(_OTHER)
    company.state.variant = variant
    company.stamp(owner_id=f"{{{OWNER_ID}}}", name="FileID", value=_OTHER_FILE_ID)
    return company
