"""Searching everything, and the palette: pages, actions and records behind one key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right, may
from fieldledger.office.changes import Kind
from fieldledger.office.finding import find
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment
from fieldledger.office.searching import fold
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.sync.content import Kind as SentKind
from fieldledger.website.pages.records import connection_in_use
from fieldledger.website.shell import Shell
from fieldledger.website.templatetags.fieldledger import day, money

_ON_A_PAGE: Final = 20
_IN_THE_PALETTE: Final = 5
_TITLES: Final = {
    "client": "Clients",
    "item": "Items",
    "invoice": "Invoices",
    "payment": "Payments",
    "credit": "Credit memos",
}
_MONEY: Final = frozenset({"invoice", "payment", "credit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something found, or something one can go to: a line of the palette."""

    words: str
    url: str
    icon: str
    note: str = ""
    amount: str = ""
    state: str = ""  # The QuickBooks state, where the record has an entry.
    entry_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Hits of one kind; `more` says that there were more than are shown."""

    title: str
    hits: Sequence[Hit]
    more: bool = False


@page()
def search(request: PageRequest) -> HttpResponse:
    """Show what was found of every kind that this person may see."""
    wanted = request.GET.get("q", "").strip()
    groups = records(request, wanted, limit=_ON_A_PAGE) if wanted else []
    return render(request, "search/page.html", {"wanted": wanted, "groups": groups})


@page()
def palette(request: PageRequest) -> HttpResponse:
    """Give the palette's lines: pages and actions by their words, and the records found."""
    wanted = request.GET.get("q", "").strip()
    groups = [
        Group(title="Actions", hits=_by_words(_actions(request), wanted)),
        Group(title="Go to", hits=_by_words(_places(request), wanted)),
    ]
    if wanted:
        groups = [*records(request, wanted, limit=_IN_THE_PALETTE), *groups]
    shown = {"wanted": wanted, "groups": [each for each in groups if each.hits]}
    return render(request, "search/palette.html", shown)


def records(request: PageRequest, wanted: str, *, limit: int) -> list[Group]:
    """Return the records found, a group for each kind with any; two statements a kind or three."""
    may_see_money = may(request.membership.role, Right.SEE_MONEY)
    kinds: list[Kind] = ["client", "invoice", "payment", "credit", "item"]
    found: dict[Kind, list[Any]] = {}
    for kind in kinds:
        if may_see_money or kind not in _MONEY:
            found[kind] = _found(request, wanted, kind, limit + 1)
    connection = connection_in_use(request) if may(request.membership.role, Right.QUEUE) else None
    entries = _entries(connection, found) if connection else {}
    return [
        Group(
            title=_TITLES[kind],
            hits=[_hit(kind, each, entries.get((kind, each.pk))) for each in rows[:limit]],
            more=len(rows) > limit,
        )
        for kind, rows in found.items()
        if rows
    ]


def _found(request: PageRequest, wanted: str, kind: Kind, limit: int) -> list[Any]:
    """Return the records in the order in which they were found."""
    rows: Any = {
        "client": Client.objects.all(),
        "item": Item.objects.all(),
        "invoice": Invoice.objects.select_related("client"),
        "credit": Credit.objects.select_related("client"),
        "payment": Payment.objects.select_related("invoice__client", "client"),
    }[kind]
    ids = find(request.business, wanted, kind, limit=limit)
    by_id = rows.filter(business=request.business).in_bulk(ids) if ids else {}
    return [by_id[each] for each in ids if each in by_id]


def _entries(
    connection: Connection, found: dict[Kind, list[Any]]
) -> dict[tuple[str, int], SyncEntry]:
    """Return the log's entries of the records found, by kind and record; a statement a kind."""
    entries: dict[tuple[str, int], SyncEntry] = {}
    for kind, rows in found.items():
        own = SyncEntry.objects.filter(
            connection=connection,
            rank=RANK[SentKind(kind)],
            record_id__in=[each.pk for each in rows],
        ).only("guid", "record_id", "state", "rank")
        if rows:
            entries |= {(kind, each.record_id): each for each in own}
    return entries


def _hit(kind: Kind, record: Any, entry: SyncEntry | None) -> Hit:
    state = str(entry.state) if entry else ""
    entry_url = reverse("entry", args=[entry.guid]) if entry else ""
    match record:
        case Client():
            person = f"{record.first_name} {record.last_name}".strip()
            contact = (record.email, record.phone, record.billing_city)
            notes = (record.company_name, person, *contact)
            words, note, amount = record.name, _notes(record.name, notes), ""
        case Item():
            words, note, amount = record.name, record.description.partition("\n")[0][:80], ""
        case Invoice():
            words = f"Invoice {record.number}"
            note, amount = f"{record.client.name} · {day(record.date)}", money(record.total)
        case Credit():
            words = f"Credit memo {record.number}"
            note, amount = f"{record.client.name} · {day(record.date)}", money(record.total)
        case Payment():
            reference = f" · {record.reference}" if record.reference else ""
            words = f"{record.get_method_display()} for {record.what_for}"
            note = f"{record.payer.name} · {day(record.date)}{reference}"
            amount = money(record.amount)
        case _:
            raise TypeError(type(record))
    page: str = kind
    page_of = record
    if isinstance(record, Payment):
        page, page_of = ("invoice", record.invoice) if record.invoice else ("deposit", record)
    return Hit(
        words=words,
        url=reverse(page, args=[page_of.guid]),
        icon="money" if kind == "payment" else kind,
        note=note,
        amount=amount,
        state=state,
        entry_url=entry_url,
    )


def _notes(name: str, notes: Iterable[str]) -> str:
    return " · ".join(dict.fromkeys(each for each in notes if each and each != name))


def _by_words(hits: Iterable[Hit], wanted: str) -> list[Hit]:
    """Return the hits whose words begin with what is wanted, word for word."""
    parts = fold(wanted).split()
    return [
        each
        for each in hits
        if all(any(word.startswith(part) for word in fold(each.words).split()) for part in parts)
    ]


def _places(request: PageRequest) -> list[Hit]:
    links = [
        link for section in Shell(request, request.membership).sections for link in section.links
    ]
    return [
        *(Hit(words=each.words, url=each.url, icon=each.icon) for each in links),
        Hit(words="Help", url=reverse("help"), icon="help"),
        Hit(words="Change password", url=reverse("account_change_password"), icon="key"),
        Hit(words="Two-step sign-in", url=reverse("mfa_index"), icon="lock"),
        Hit(words="Sign out", url=reverse("account_logout"), icon="out"),
    ]


def _actions(request: PageRequest) -> list[Hit]:
    role = request.membership.role
    actions = [
        (Right.EDIT_INVOICES, "New invoice", reverse("new_invoice"), "plus"),
        (Right.EDIT_INVOICES, "New credit memo", reverse("new_credit"), "plus"),
        (Right.EDIT_CLIENTS, "New client", reverse("new_client"), "plus"),
        (Right.EDIT_ITEMS, "New item", reverse("new_item"), "plus"),
        (Right.SEE_MONEY, "Show overdue invoices", f"{reverse('invoices')}?money=overdue", "clock"),
        (Right.SEE_MONEY, "Show unpaid invoices", f"{reverse('invoices')}?money=open", "money"),
    ]
    if connection_in_use(request) is not None:
        log = reverse("sync_log")
        actions += [
            (Right.QUEUE, "Show what needs you", f"{log}?state=attention", "attention"),
            (Right.QUEUE, "Show what is pending", f"{log}?state=pending", "clock"),
            (Right.QUEUE, "Send now", f"{reverse('quickbooks')}#send-now", "send"),
        ]
    return [
        Hit(words=words, url=url, icon=icon)
        for right, words, url, icon in actions
        if may(role, right)
    ]
