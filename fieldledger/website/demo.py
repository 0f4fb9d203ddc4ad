"""A made-up business to try everything on: Harbor Plumbing & Heating, as an office really looks.

Names are awkward as in life: apostrophes, accents, two clients of one name, a client who is called
like a supplier, items that differ only late in their names. The same `now` makes the same records;
only the password is random each time.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final, TypeVar

from django.db import models, transaction

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import add_business
from fieldledger.office.models import Client, Invoice, Item, TaxRate
from fieldledger.office.money import CENT
from fieldledger.office.services import (
    Refused,
    create_clients,
    create_credit,
    create_deposit,
    create_invoices,
    create_items,
    create_payments,
    create_refund,
    create_tax_rate,
)
from fieldledger.website.demo_records import CLIENTS, ITEMS, MEMOS, TAX_RATES, TOWNS

BUSINESS: Final = "Harbor Plumbing & Heating"
EMAIL: Final = "owner@harborplumbing.example"
INVOICES: Final = 40
DAYS: Final = 90
_SEED: Final = 20260503
_TERMS: Final = (("Net 30", 30), ("Net 15", 15), ("Due on receipt", 0), ("", None))
# What is paid of each eighth invoice, as parts of its total; None is all that is left.
_PARTS_PAID: Final[dict[int, tuple[Decimal | None, ...]]] = {
    0: (None,),
    2: (None,),
    3: (Decimal("0.4"),),
    5: (None,),
    6: (Decimal("0.5"), Decimal("0.25"), None),
}

Model = TypeVar("Model", bound=models.Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """How to sign in to the demo business."""

    business: Business
    email: str
    password: str


def make_demo(now: datetime) -> Demo:
    """Make the demo business with all its records, or nothing."""
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        business, _ = add_business(
            name=BUSINESS,
            owner_email=EMAIL,
            owner_password=password,
            owner_name="Rosa Delgado",
            now=now,
        )
        fill(business, now)
    return Demo(business=business, email=EMAIL, password=password)


def fill(business: Business, now: datetime) -> None:
    """Put the demo's records into an empty business, all or nothing."""
    with transaction.atomic():
        rates = [
            create_tax_rate(business=business, values={"name": name, "percent": percent}, now=now)
            for name, percent in TAX_RATES
        ]
        clients = _all_made(create_clients(business=business, many=list(_client_values()), now=now))
        items = _all_made(
            create_items(
                business=business,
                many=[dict(zip(_ITEM_FIELDS, each, strict=True)) for each in ITEMS],
                now=now,
            )
        )
        random = Random(_SEED)  # noqa: S311 - the same demo each time; nothing is secret.
        today = business.today(now)
        drafts = [
            _invoice_values(
                random, today=today, number=number, clients=clients, items=items, rates=rates
            )
            for number in range(INVOICES)
        ]
        invoices = _all_made(create_invoices(business=business, many=drafts, now=now))
        deposit = {
            "client": clients[0].guid,
            "amount": "250.00",
            "date": (today - timedelta(days=3)).isoformat(),
            "method": "check",
            "reference": "2210",
        }
        create_deposit(business=business, values=deposit, now=now)
        payments = [
            values
            for index, invoice in enumerate(invoices)
            for values in _payment_values(random, today, index, invoice)
        ]
        _all_made(create_payments(business=business, many=payments, now=now))
        for credit in _credit_values(today, invoices):
            made = create_credit(business=business, values=credit, now=now)
        paid_back = {"amount": "20.00", "date": today, "method": "cash"}
        create_refund(credit=made, values=paid_back, now=now)


_CLIENT_FIELDS: Final = (
    "name",
    "company_name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "notes",
)
_ITEM_FIELDS: Final = ("name", "kind", "description", "price", "cost", "taxable")


def _client_values() -> Iterator[dict[str, object]]:
    """Yield what each client says; those further down the table live further out of town."""
    for index, row in enumerate(CLIENTS):
        town, state, postal_code = TOWNS[index % len(TOWNS)]
        *said, street = row
        values: dict[str, object] = dict(zip(_CLIENT_FIELDS, said, strict=True))
        for use in ("billing", "service"):
            values[f"{use}_line1"] = street
            values[f"{use}_city"] = town
            values[f"{use}_state"] = state
            values[f"{use}_postal_code"] = postal_code
        if index % 7 == 3:  # The bill goes elsewhere than the plumber.
            values["billing_line1"], values["billing_line2"] = f"PO Box {100 + index}", ""
        yield values


def _invoice_values(
    random: Random,
    *,
    today: date,
    number: int,
    clients: Sequence[Client],
    items: Sequence[Item],
    rates: Sequence[TaxRate],
) -> dict[str, object]:
    """Return what an invoice says; the first is the oldest."""
    dated = today - timedelta(days=DAYS - DAYS * number // (INVOICES - 1))
    terms, days = _TERMS[number % len(_TERMS)]
    lines = [_line_values(random, item) for item in random.sample(items, random.randint(1, 5))]
    if number % 9 == 4:
        lines.append(
            {
                "item": next(each for each in items if each.kind == "service"),
                "description": "Courtesy discount for the second visit",
                "quantity": "1",
                "unit_price": "-10.00",
                "taxable": False,
            }
        )
    return {
        "client": clients[number * 7 % len(clients)],
        "date": dated,
        "due_date": None if days is None else dated + timedelta(days=days),
        "terms": terms,
        "tax_rate": (rates[0], rates[0], rates[1], None)[number % 4],
        "memo": MEMOS[number % len(MEMOS)],
        "lines": lines,
    }


def _line_values(random: Random, item: Item) -> dict[str, object]:
    quantities = ("1", "1", "2", "3", "12") if item.kind == "product" else ("1", "1.5", "2.25", "4")
    return {
        "item": item,
        "quantity": random.choice(quantities),
        # Some work is taxed in one job and not in another, whatever the item says.
        "taxable": item.taxable if random.random() < 0.9 else not item.taxable,
    }


def _payment_values(
    random: Random, today: date, index: int, invoice: Invoice
) -> Iterator[dict[str, object]]:
    """Yield the payments on an invoice: of eight, three whole, one in part, one in three parts."""
    left = invoice.total
    for part in _PARTS_PAID.get(index % 8, ()):
        amount = left if part is None else (invoice.total * part).quantize(CENT)
        method = random.choice(("check", "check", "credit_card", "cash", "ach", "other"))
        yield {
            "invoice": invoice,
            "amount": min(amount, left),
            "date": min(today, invoice.date + timedelta(days=random.randint(0, 25))),
            "method": method,
            "reference": str(random.randint(1200, 9800)) if method == "check" else "",
        }
        left -= amount


def _credit_values(today: date, invoices: Sequence[Invoice]) -> Iterator[dict[str, object]]:
    """Yield a credit memo for the second to last invoice, and one for no invoice."""
    credited = invoices[-2]
    line = credited.lines.select_related("item")[0]
    yield {
        "invoice": credited,
        "date": today,
        "tax_rate": credited.tax_rate,
        "reason": "Half of it came back unopened.",
        "lines": [
            {
                "item": line.item,
                "quantity": "0.5",
                "unit_price": line.unit_price,
                "taxable": line.taxable,
            }
        ],
    }
    yield {
        "client": invoices[-1].client,
        "date": today,
        "reason": "For the two visits that it took to find the leak.",
        "lines": [
            {"description": "Goodwill credit", "unit_price": "50.00", "taxable": False},
        ],
    }


def _all_made(outcomes: Sequence[Model | Refused]) -> list[Model]:
    made = []
    for each in outcomes:
        if isinstance(each, Refused):
            raise each
        made.append(each)
    return made
