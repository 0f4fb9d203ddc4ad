"""The mapping, chosen from QuickBooks' own lists, and the settings that may always change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.office import queries as office_queries
from fieldledger.office.models import Method, TaxRate
from fieldledger.quickbooks import fencing, queries, services
from fieldledger.quickbooks.choices import Suggested, our_terms, suggested_of
from fieldledger.quickbooks.company import facts_of
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.sampling import sample_invoice
from fieldledger.quickbooks.services import Mistaken
from fieldledger.quickbooks.setting_up import SETTINGS
from fieldledger.sync.content import ITEM_TYPES, Kind
from fieldledger.sync.fence import Fence
from fieldledger.sync.suggestions import Suggestion
from fieldledger.sync.taxing import REPORT_EFFECT, TaxMode

_LIST_MAX: Final = 2000
_INCOME_TYPES: Final = frozenset({"Income", "OtherIncome"})
_DEPOSIT_TYPES: Final = frozenset({"Bank", "OtherCurrentAsset"})
_GROUPS: Final = ("tax_items", "payment_methods", "deposit_accounts", "terms")
_CHOSEN_ALONE: Final = frozenset(
    {
        "income_account",
        "fallback_item",
        "transaction_class",
        "sales_tax_mode",
        "zero_tax_item",
        "tax_line_item",
        "rounding_item",
        "discount_item",
        "refund_account",
        "tip_item",
        "fee_item",
    }
)
_TAX_MODES: Final = (
    (TaxMode.QUICKBOOKS, "QuickBooks computes it (recommended)"),
    (TaxMode.TAX_LINE, "Our tax goes as a line of its own"),
    (TaxMode.ROUNDING_LINE, "QuickBooks computes it, a line takes up the difference"),
)
_ITEMS_A_PAGE: Final = 50
TYPE_CHOICES: Final = (
    ("ItemService", "Service item"),
    ("ItemNonInventory", "Non-inventory item"),
)
FENCES: Final = (
    (Fence.AUTO, "As QuickBooks allows (recommended)"),
    (Fence.SEAL, "By the document’s id; nothing of ours in your lists"),
    (Fence.LINK, "By a link record in QuickBooks’ Other Names list"),
)

Choice = tuple[str, str]


@quickbooks_page(Right.MAP, methods=("GET", "POST"))
def mapping(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show and change where in QuickBooks things go."""
    shown = mapping_shown(request, connection)
    if request.method != "POST":
        return render(request, "quickbooks/mapping.html", shown)
    named = _CHOSEN_ALONE & request.POST.keys()
    changes: dict[str, Any] = {name: request.POST[name] for name in named}
    for group in _GROUPS:
        changes[group] = {
            row["key"]: request.POST[f"{group}.{row['key']}"]
            for row in shown[group]
            if f"{group}.{row['key']}" in request.POST
        }
    changes |= posted_item_types(request)
    try:
        services.save_mapping(connection, changes=changes, actor=request.actor, now=timezone.now())
    except Mistaken as mistake:
        shown = mapping_shown(request, connection, chosen=shown["chosen"] | changes)
        return render(
            request, "quickbooks/mapping.html", shown | {"errors": mistake.errors}, status=422
        )
    messages.success(request, "The mapping is saved; it holds from the next record on.")
    return redirect("mapping")


def posted_item_types(request: PageRequest) -> dict[str, Any]:
    """Return the change that a form makes of what our kinds of items become."""
    types = {
        kind: request.POST[f"item_types.{kind}"]
        for kind in ITEM_TYPES
        if f"item_types.{kind}" in request.POST
    }
    return {"item_types": types} if types else {}


@quickbooks_page(Right.MAP, methods=("GET", "POST"))
def item_accounts(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show and change which items post to an income account of their own, a page of items."""
    if request.method == "POST":
        changes = {
            name.removeprefix("account."): value
            for name, value in request.POST.items()
            if name.startswith("account.")
        }
        try:
            services.save_mapping(
                connection,
                changes={"item_accounts": changes},
                actor=request.actor,
                now=timezone.now(),
            )
        except Mistaken as mistake:
            messages.error(request, str(mistake))
        else:
            messages.success(request, "Saved. It holds for items that are still to be made there.")
        return redirect(f"{reverse('item_accounts')}?{request.POST.get('filters', '')}")
    return render(request, "quickbooks/item_accounts.html", _items_shown(request, connection))


def _items_shown(request: PageRequest, connection: Connection) -> dict[str, Any]:
    wanted = request.GET.get("q", "").strip()
    items = office_queries.items(request.business, q=wanted, archived=False)
    try:
        page = office_queries.page_of(items, cursor=request.GET.get("after"), limit=_ITEMS_A_PAGE)
    except office_queries.BadCursor:
        page = office_queries.page_of(items, limit=_ITEMS_A_PAGE)
    blocks = queries.blocks(request.business, Kind.ITEM, page.results)
    chosen = queries.mapping_of(connection)
    accounts = _choices(_list(connection, "accounts"), types=_INCOME_TYPES)
    return {
        "connection": connection,
        "accounts": accounts,
        "default_account": dict(accounts).get(chosen["income_account"], ""),
        "rows": [
            {
                "item": each,
                "value": chosen["item_accounts"].get(str(each.guid), ""),
                "is_there": bool(blocks[each.pk]["quickbooks_id"]),
            }
            for each in page.results
        ],
        "after": page.next_cursor,
        "is_first": "after" not in request.GET,
        "wanted": wanted,
        "filters": request.GET.urlencode(),
    }


@quickbooks_page(Right.MAP, methods=("GET", "POST"))
def settings(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show and change the settings."""
    if request.method == "POST":
        services.save_settings(
            connection,
            changes={name: name in request.POST for name in (*SETTINGS, "drift_watch")}
            | _posted_fence(request),
            actor=request.actor,
            now=timezone.now(),
        )
        changes = posted_item_types(request)
        if "income_account" in request.POST:
            changes["income_account"] = request.POST["income_account"]
        try:
            services.save_mapping(
                connection, changes=changes, actor=request.actor, now=timezone.now()
            )
        except Mistaken as mistake:
            messages.error(request, str(mistake))
        else:
            messages.success(request, "Saved.")
        return redirect("quickbooks_settings")
    shown = {
        "connection": connection,
        "choice": queries.settings_of(connection),
        "fences": FENCES,
        "fence_now": fencing.sentence(connection),
    }
    return render(request, "quickbooks/settings.html", shown | new_items_shown(connection))


def _posted_fence(request: PageRequest) -> dict[str, str]:
    chosen = request.POST.get("fence", "")
    return {"fence": chosen} if chosen in set(Fence) else {}


def new_items_shown(connection: Connection) -> dict[str, Any]:
    """Return what is asked once before the first item goes, each with the list it is chosen from.

    As what services and products are made in QuickBooks, and to which account they post.
    """
    chosen = queries.mapping_of(connection)
    suggested = suggested_of(connection)
    return {
        "chosen": chosen,
        "item_types": [
            {"key": kind, "words": f"A {kind} becomes", "value": chosen["item_types"][kind]}
            for kind in ITEM_TYPES
        ],
        "type_choices": TYPE_CHOICES,
        "income_accounts": _choices(_list(connection, "accounts"), types=_INCOME_TYPES),
        "why_account": _why(suggested.income_account, chosen["income_account"]),
    }


def mapping_shown(
    request: PageRequest, connection: Connection, chosen: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return what the mapping's choices are, what is chosen, and what is proposed and why."""
    chosen = chosen or queries.mapping_of(connection)
    suggested = suggested_of(connection)
    accounts = _list(connection, "accounts")
    rates = TaxRate.objects.filter(business=request.business).order_by("name")
    sales_tax = [each for each in _list(connection, "sales-tax") if each["active"]]
    tax_items = [(each["quickbooks_id"], _with_percent(each)) for each in sales_tax]

    def rows(
        group: str,
        ours: list[Choice],
        theirs: list[Choice],
        reasons: Mapping[str, Suggestion] | None = None,
    ) -> list[dict[str, Any]]:
        return [
            {
                "key": key,
                "words": words,
                "value": chosen[group].get(key, ""),
                "choices": theirs,
                "why": _why((reasons or {}).get(key), chosen[group].get(key, "")),
            }
            for key, words in ours
        ]

    fallback_items, methods = _choices(_list(connection, "items")), list(Method.choices)
    return {
        "connection": connection,
        **new_items_shown(connection),
        "chosen": chosen,
        "own_accounts": len(chosen["item_accounts"]),
        "fallback_items": fallback_items,
        "fallback_hint": _fallback_hint(suggested, chosen["fallback_item"], dict(fallback_items)),
        "tax_items": _with_other_percents(
            rows(
                "tax_items",
                [(str(each.guid), str(each)) for each in rates],
                tax_items,
                suggested.tax_items,
            ),
            {str(each.guid): each.percent for each in rates},
            {each["quickbooks_id"]: each["percent"] for each in sales_tax},
        ),
        "tax_modes": [(mode, words, REPORT_EFFECT[mode]) for mode, words in _TAX_MODES],
        "sales_tax_items": tax_items,
        "discount_items": _choices(_list(connection, "discounts")),
        "payment_methods": rows(
            "payment_methods",
            methods,
            _choices(_list(connection, "payment-methods")),
            suggested.payment_methods,
        ),
        "deposit_accounts": rows(
            "deposit_accounts", methods, _choices(accounts, types=_DEPOSIT_TYPES)
        ),
        "bank_accounts": _choices(accounts, types=frozenset({"Bank"})),
        "terms": rows(
            "terms",
            [(each, each) for each in our_terms(connection)],
            _choices(_list(connection, "terms")),
            suggested.terms,
        ),
        "uses_classes": facts_of(connection).uses_classes,
        "classes": _choices(_list(connection, "classes")),
        "sample": sample_invoice(connection),
    }


def _with_percent(tax_item: Mapping[str, Any]) -> str:
    name, percent = str(tax_item["full_name"]), tax_item["percent"]
    return f"{name} ({percent}%)" if percent else name


def _with_other_percents(
    rows: list[dict[str, Any]], here: Mapping[str, Decimal], there: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """Return the rows of the tax rates; where the percents differ, both stand side by side."""
    for row in rows:
        ours, theirs = here[row["key"]], there.get(row["value"])
        if theirs and Decimal(theirs) != ours:
            row["why"] = (
                f"{theirs} % in QuickBooks, {ours.normalize():f} % here: the totals will differ."
                " Correct one of the two, or match another tax item."
            )
    return rows


def _why(suggestion: Suggestion | None, chosen: str) -> str:
    """Return the reason of a proposal that is chosen, or that a person may want to choose."""
    return (
        suggestion.reason if suggestion is not None and chosen in {suggestion.list_id, ""} else ""
    )


def _fallback_hint(suggested: Suggested, chosen: str, items: Mapping[str, str]) -> str:
    suggestion = suggested.fallback_item
    if chosen or suggestion is None:
        return ""
    name = items.get(suggestion.list_id, "")
    return f"Suggested, if you do not want them to stop: “{name}”. {suggestion.reason}"


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
