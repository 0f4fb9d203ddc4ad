"""A second business, full of records whose every text is a canary, and a digest of all it has."""

import hashlib
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import add_business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, Refund, TaxRate
from fieldledger.quickbooks.models import PlanRow, SyncEntry
from tests.support.office_pc import OfficePc

CANARY = "CANARY-"
OURS = ("accounts", "office", "quickbooks", "api")


def other_business(now: datetime) -> Business:
    """Make the business with one record of each kind, and all of them in its QuickBooks."""
    business, _ = add_business(
        name=f"{CANARY}house",
        owner_email="canary@next.example",
        owner_password="a long enough password",
        owner_name=f"{CANARY}Ed",
        now=now,
    )
    doing: dict[str, Any] = {"business": business, "now": now}
    texts = dict.fromkeys(
        ("name", "company_name", "first_name", "last_name", "phone", "notes", "billing_line1"),
        f"{CANARY}client",
    )
    client = office.create_client(values=texts, **doing)
    item = office.create_item(
        values={"name": f"{CANARY}item", "description": f"{CANARY}x", "price": "7"}, **doing
    )
    rate = office.create_tax_rate(values={"name": f"{CANARY}rate", "percent": "5"}, **doing)
    line = {"item": item.guid, "description": f"{CANARY}line", "quantity": "1"}
    values = {"client": client.guid, "date": "2026-05-04", "lines": [line]}
    invoice = office.create_invoice(
        values=values | {"memo": f"{CANARY}memo", "number": f"{CANARY}9"}, **doing
    )
    paid = {"amount": "2", "date": "2026-05-04"}
    office.create_payment(values=paid | {"invoice": invoice.guid}, **doing)
    office.create_deposit(values=paid | {"client": client.guid}, **doing)
    credit = office.create_credit(values=values | {"tax_rate": rate.guid}, **doing)
    office.create_refund(credit=credit, values=paid, now=now)
    pc = OfficePc(business)
    pc.set_up(clients=True, items=True)
    for _ in range(3):
        pc.run()
    pc.sync(invoice.guid)
    pc.run()
    return business


def ids_of(business: Business) -> dict[str, list[str]]:
    """Return the ids of its records, by what forms and addresses call them."""
    owned: dict[str, type[models.Model]] = {
        "client": Client,
        "item": Item,
        "invoice": Invoice,
        "payment": Payment,
        "credit": Credit,
        "refund": Refund,
        "tax_rate": TaxRate,
    }
    found = {
        name: _guids(model._default_manager.filter(business=business))
        for name, model in owned.items()
    }
    found["entry"] = _guids(SyncEntry.objects.filter(connection__business=business))
    found["row"] = _guids(PlanRow.objects.filter(connection__business=business))
    return found


def _guids(rows: "models.QuerySet[Any]") -> list[str]:
    return [str(each) for each in rows.values_list("guid", flat=True)]


def _way_to_business(model: type[models.Model], steps: int = 3) -> str | None:
    """Return how a row of the model leads to its business, as a filter's words."""
    keys = [each for each in model._meta.fields if isinstance(each, models.ForeignKey)]
    for key in keys:
        if key.related_model is Business:
            return str(key.name)
    for key in keys if steps else []:
        assert isinstance(key.related_model, type)
        further = _way_to_business(key.related_model, steps - 1)
        if further:
            return f"{key.name}__{further}"
    return None


def digest(business: Business) -> dict[str, str]:
    """Return a digest of each table's rows of the business."""
    found = {}
    for model in apps.get_models():
        way = _way_to_business(model)
        if model._meta.app_label in OURS and way:
            rows = model._default_manager.filter(**{way: business}).order_by("pk").values_list()
            found[model.__name__] = hashlib.sha256(repr(list(rows)).encode()).hexdigest()
    return found
