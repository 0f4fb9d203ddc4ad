"""What the tests of deposits and of credit memos share: some of one goes to a client's invoices."""

from datetime import datetime

import pytest

from fieldledger.office import services as office
from fieldledger.office.models import Client, Credit, Invoice, Payment
from fieldledger.office.services import Refused

DAY = "2026-05-04"


def an_invoice(client: Client, now: datetime, price: str = "120") -> Invoice:
    values = {
        "client": client.guid,
        "date": DAY,
        "lines": [{"description": "Work", "unit_price": price}],
    }
    return office.create_invoice(business=client.business, values=values, now=now)


def apply(money: Credit | Payment, invoice: Invoice, amount: str, now: datetime) -> None:
    values = {"invoice": invoice.guid, "amount": amount}
    if isinstance(money, Credit):
        office.apply_credit(credit=money, values=values, now=now, actor="Dana")
    else:
        office.apply_deposit(deposit=money, values=values, now=now, actor="Dana")


def refusal(money: Credit | Payment, invoice: Invoice, amount: str, now: datetime) -> str:
    """Return the one sentence with which it is refused."""
    with pytest.raises(Refused) as refused:
        apply(money, invoice, amount, now)
    (sentences,) = refused.value.errors.values()
    return sentences[0]


def figures(money: Credit | Payment, *invoices: Invoice) -> list[str]:
    """Return what is left of a deposit or a credit memo, then what is owed on each invoice."""
    for each in (money, *invoices):
        each.refresh_from_db()
    left = money.balance if isinstance(money, Credit) else money.unapplied
    return [f"{each:.2f}" for each in (left, *(bill.balance for bill in invoices))]
