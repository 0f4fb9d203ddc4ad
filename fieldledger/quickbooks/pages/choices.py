"""The mapping, chosen from QuickBooks' own lists, and the settings that may always change."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Invoice, Method, TaxRate
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.services import Mistaken

_LIST_MAX: Final = 2000
_INCOME_TYPES: Final = frozenset({"Income", "OtherIncome"})
_DEPOSIT_TYPES: Final = frozenset({"Bank", "OtherCurrentAsset"})
SWITCHES: Final = ("resolve_client_conflicts", "resolve_item_conflicts")

Choice = tuple[str, str]


@quickbooks_page(Right.MAP, methods=("GET", "POST"))
def mapping(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show and change where in QuickBooks things go."""
    shown = _shown(request, connection)
    if request.method != "POST":
        return render(request, "quickbooks/mapping.html", shown)
    changes: dict[str, Any] = {
        name: request.POST.get(name, "") for name in ("income_account", "fallback_item")
    }
    for group in ("tax_items", "payment_methods", "deposit_accounts", "terms"):
        changes[group] = {
            row["key"]: request.POST.get(f"{group}.{row['key']}", "") for row in shown[group]
        }
    try:
        services.save_mapping(connection, changes=changes, actor=request.actor, now=timezone.now())
    except Mistaken as mistake:
        shown = _shown(request, connection, chosen=changes)
        return render(
            request, "quickbooks/mapping.html", shown | {"errors": mistake.errors}, status=422
        )
    messages.success(request, "The mapping is saved; it holds from the next record on.")
    return redirect("mapping")


@quickbooks_page(Right.MAP, methods=("GET", "POST"))
def settings(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show and change the settings."""
    if request.method == "POST":
        services.save_settings(
            connection,
            changes={name: name in request.POST for name in SWITCHES},
            actor=request.actor,
            now=timezone.now(),
        )
        messages.success(request, "Saved.")
        return redirect("quickbooks_settings")
    shown = {"connection": connection, "choice": queries.settings_of(connection)}
    return render(request, "quickbooks/settings.html", shown)


def _shown(
    request: PageRequest, connection: Connection, chosen: dict[str, Any] | None = None
) -> dict[str, Any]:
    chosen = chosen or queries.mapping_of(connection)
    accounts = _list(connection, "accounts")
    deposits = _choices(accounts, types=_DEPOSIT_TYPES)
    methods = _choices(_list(connection, "payment-methods"))
    rates = TaxRate.objects.filter(business=request.business).order_by("name")
    terms = (
        Invoice.objects.filter(business=request.business)
        .exclude(terms="")
        .order_by("terms")
        .values_list("terms", flat=True)
        .distinct()[:50]
    )
    tax_items = [
        (each["quickbooks_id"], f"{each['full_name']} ({each['percent']}%)")
        if each["percent"]
        else (each["quickbooks_id"], each["full_name"])
        for each in _list(connection, "sales-tax")
        if each["active"]
    ]

    def rows(group: str, ours: list[Choice], theirs: list[Choice]) -> list[dict[str, Any]]:
        return [
            {"key": key, "words": words, "value": chosen[group].get(key, ""), "choices": theirs}
            for key, words in ours
        ]

    return {
        "connection": connection,
        "chosen": chosen,
        "income_accounts": _choices(accounts, types=_INCOME_TYPES),
        "fallback_items": _choices(_list(connection, "items")),
        "tax_items": rows("tax_items", [(str(each.guid), str(each)) for each in rates], tax_items),
        "payment_methods": rows("payment_methods", list(Method.choices), methods),
        "deposit_accounts": rows("deposit_accounts", list(Method.choices), deposits),
        "terms": rows(
            "terms", [(each, each) for each in terms], _choices(_list(connection, "terms"))
        ),
    }


def _list(connection: Connection, name: str) -> list[dict[str, Any]]:
    return queries.list_page(connection, name, limit=_LIST_MAX)[0]


def _choices(records: list[dict[str, Any]], *, types: frozenset[str] | None = None) -> list[Choice]:
    """Return the active records to choose from, by name."""
    fitting = [
        (each["quickbooks_id"], each["full_name"])
        for each in records
        if each["active"] and (types is None or each["type"] in types)
    ]
    return sorted(fitting, key=lambda each: each[1].casefold())
