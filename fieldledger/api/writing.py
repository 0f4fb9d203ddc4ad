"""Our records as JSON: money with two decimals, rates with what they need, times with offset."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse

from fieldledger.office.models import (
    Application,
    Client,
    Credit,
    CreditApplication,
    CreditLine,
    Invoice,
    InvoiceLine,
    Item,
    LineKind,
    Payment,
    Refund,
    TaxRate,
)

Json = dict[str, Any]

ADDRESS_PARTS: Final = ("line1", "line2", "city", "state", "postal_code", "country")


def answer(
    content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a JSON answer."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_written)
    return HttpResponse(
        text.encode(), status=status, content_type="application/json", headers=dict(headers or {})
    )


def _written(value: object) -> object:
    match value:
        case datetime():
            return time(value)
        case date():
            return value.isoformat()
        case Decimal():
            return money(value)
        case UUID():
            return str(value)
    raise TypeError(f"{type(value).__name__} is not written as JSON")


def money(amount: Decimal) -> str:
    """Return an amount with exactly two decimals: "125.00"."""
    return f"{amount:.2f}"


def rate(number: Decimal) -> str:
    """Return a number with as many decimals as it needs: "1.5"; stored ones have at most five."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def price(number: Decimal) -> str:
    """Return a price: two decimals, and up to five where it needs them: "125.00", "0.12345"."""
    whole, _, decimals = rate(number).partition(".")
    return f"{whole}.{decimals:0<2}"


def time(at: datetime | None) -> str | None:
    """Return a time as RFC 3339 has it, in UTC: "2026-05-03T14:05:00.000+00:00"."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else None


def client_json(client: Client, block: Json) -> Json:
    """Return a client; `block` says where it stands with QuickBooks."""
    return {
        "id": str(client.guid),
        "name": client.name,
        "company_name": client.company_name,
        "first_name": client.first_name,
        "last_name": client.last_name,
        "email": client.email,
        "phone": client.phone,
        "billing_address": _address(client, "billing"),
        "service_address": _address(client, "service"),
        "notes": client.notes,
        "external_id": client.external_id,
        "archived": client.archived,
        "created_at": time(client.created_at),
        "updated_at": time(client.updated_at),
        "quickbooks": block,
    }


def item_json(item: Item, block: Json) -> Json:
    """Return an item."""
    return {
        "id": str(item.guid),
        "name": item.name,
        "kind": item.kind,
        "description": item.description,
        "price": price(item.price),
        "cost": price(item.cost),
        "taxable": item.taxable,
        "external_id": item.external_id,
        "archived": item.archived,
        "created_at": time(item.created_at),
        "updated_at": time(item.updated_at),
        "quickbooks": block,
    }


def tax_rate_json(tax_rate: TaxRate) -> Json:
    """Return a tax rate."""
    return {
        "id": str(tax_rate.guid),
        "name": tax_rate.name,
        "percent": rate(tax_rate.percent),
        "created_at": time(tax_rate.created_at),
    }


def invoice_json(invoice: Invoice, block: Json, *, today: date) -> Json:
    """Return an invoice; `today` is the date in the business's time zone."""
    return {
        "id": str(invoice.guid),
        "client": str(invoice.client.guid),
        "number": invoice.number,
        "date": invoice.date.isoformat(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "terms": invoice.terms,
        "tax_rate": str(invoice.tax_rate.guid) if invoice.tax_rate else None,
        "memo": invoice.memo,
        "lines": _lines(invoice.lines.all()),
        "discount": money(invoice.discount),
        "discount_percent": (
            None if invoice.discount_percent is None else rate(invoice.discount_percent)
        ),
        "subtotal": money(invoice.subtotal),
        "tax": money(invoice.tax),
        "total": money(invoice.total),
        "paid": money(invoice.paid),
        "balance": money(invoice.balance),
        "money_state": str(invoice.money_state(today)),
        "voided_at": time(invoice.voided_at),
        "external_id": invoice.external_id,
        "created_at": time(invoice.created_at),
        "updated_at": time(invoice.updated_at),
        "quickbooks": block,
    }


def payment_json(payment: Payment, block: Json) -> Json:
    """Return a payment."""
    return {
        "id": str(payment.guid),
        "invoice": str(payment.invoice.guid) if payment.invoice is not None else None,
        "client": str(payment.payer.guid),
        "amount": money(payment.amount),
        "unapplied": money(payment.unapplied),
        "date": payment.date.isoformat(),
        "method": payment.method,
        "reference": payment.reference,
        "voided_at": time(payment.voided_at),
        "external_id": payment.external_id,
        "created_at": time(payment.created_at),
        "updated_at": time(payment.updated_at),
        "quickbooks": block,
    }


def deposit_json(deposit: Payment, block: Json) -> Json:
    """Return a deposit: a payment, and what of it goes to which invoice."""
    return payment_json(deposit, block) | {
        "applications": _applications(deposit.applications.all())
    }


def credit_json(credit: Credit, block: Json) -> Json:
    """Return a credit memo."""
    return {
        "id": str(credit.guid),
        "client": str(credit.client.guid),
        "invoice": str(credit.invoice.guid) if credit.invoice else None,
        "number": credit.number,
        "date": credit.date.isoformat(),
        "tax_rate": str(credit.tax_rate.guid) if credit.tax_rate else None,
        "reason": credit.reason,
        "lines": _lines(credit.lines.all()),
        "subtotal": money(credit.subtotal),
        "tax": money(credit.tax),
        "total": money(credit.total),
        "refunded": money(credit.refunded),
        "applied": money(credit.applied),
        "balance": money(credit.balance),
        "applications": _applications(credit.applications.all()),
        "voided_at": time(credit.voided_at),
        "external_id": credit.external_id,
        "created_at": time(credit.created_at),
        "updated_at": time(credit.updated_at),
        "quickbooks": block,
    }


def refund_json(refund: Refund, block: Json) -> Json:
    """Return a refund."""
    return {
        "id": str(refund.guid),
        "credit_memo": str(refund.credit.guid),
        "client": str(refund.credit.client.guid),
        "amount": money(refund.amount),
        "date": refund.date.isoformat(),
        "method": refund.method,
        "reference": refund.reference,
        "voided_at": time(refund.voided_at),
        "external_id": refund.external_id,
        "created_at": time(refund.created_at),
        "updated_at": time(refund.updated_at),
        "quickbooks": block,
    }


def _applications(rows: Iterable[Application] | Iterable[CreditApplication]) -> list[Json]:
    return [
        {"invoice": str(each.invoice.guid), "amount": money(each.amount)}
        for each in rows
        if each.amount
    ]


def _address(client: Client, use: str) -> Json:
    return {part: getattr(client, f"{use}_{part}") for part in ADDRESS_PARTS}


def _lines(lines: Iterable[InvoiceLine] | Iterable[CreditLine]) -> list[Json]:
    return [
        {
            "kind": line.kind if isinstance(line, InvoiceLine) else LineKind.WORK.value,
            "item": str(line.item.guid) if line.item else None,
            "description": line.description,
            "quantity": rate(line.quantity),
            "unit_price": price(line.unit_price),
            "taxable": line.taxable,
            "amount": money(line.amount),
        }
        for line in lines
    ]
