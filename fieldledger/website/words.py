"""What the pages call the states of money and of QuickBooks, and the colours they show them in."""

from dataclasses import dataclass
from types import MappingProxyType

from fieldledger.office.models import MoneyState
from fieldledger.sync.content import Kind, State


@dataclass(frozen=True, slots=True)
class Words:
    """A state's name, its family of colours, and what it means in one sentence."""

    text: str
    family: str  # "neutral", "blue", "green", "amber" or "red".
    meaning: str = ""

    def __str__(self) -> str:
        return self.text


STATES = MappingProxyType(
    {
        str(state): words
        for state, words in {
            State.NOT_SENT: Words("Not sent", "neutral", "Nobody has asked to send it."),
            State.PENDING: Words("Pending", "blue", "Goes with the Web Connector's next call."),
            State.WAITING: Words("Waiting", "blue", "Something it needs must go first."),
            State.HELD: Words("Held", "blue", "Stays here until somebody releases it."),
            State.SENDING: Words("Sending", "blue", "Handed over; the answer is on its way."),
            State.SYNCED: Words("Synced", "green", "QuickBooks has it as it is here."),
            State.DIFFERS: Words("Synced, differs", "amber", "The totals are not the same."),
            State.FAILED: Words("Failed", "red", "It needs somebody before it can go."),
            State.CHECKING: Words("Checking", "blue", "The answer was lost; QuickBooks is asked."),
            State.CHANGED: Words("Changed since", "amber", "Changed here after it was sent."),
            State.CHANGED_IN_QUICKBOOKS: Words(
                "Changed in QuickBooks", "amber", "Somebody changed it in QuickBooks."
            ),
            State.GONE: Words("Gone from QuickBooks", "red", "It is no longer in QuickBooks."),
            State.IGNORED: Words("Ignored", "neutral", "Somebody decided not to send it."),
            State.CANCELLED: Words("Cancelled", "neutral", "Void before it was ever sent."),
        }.items()
    }
)
MONEY_STATES = MappingProxyType(
    {
        str(state): words
        for state, words in {
            MoneyState.UNPAID: Words("Unpaid", "neutral"),
            MoneyState.PARTLY_PAID: Words("Partly paid", "blue"),
            MoneyState.PAID: Words("Paid", "green"),
            MoneyState.OVERDUE: Words("Overdue", "red"),
            MoneyState.VOID: Words("Void", "neutral"),
        }.items()
    }
)
KINDS = MappingProxyType(
    {
        str(Kind.CLIENT): ("Client", "Clients"),
        str(Kind.ITEM): ("Item", "Items"),
        str(Kind.INVOICE): ("Invoice", "Invoices"),
        str(Kind.PAYMENT): ("Payment", "Payments"),
        str(Kind.CREDIT): ("Credit memo", "Credit memos"),
        str(Kind.REFUND): ("Refund", "Refunds"),
    }
)
