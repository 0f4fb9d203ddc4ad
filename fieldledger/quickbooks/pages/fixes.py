"""The form on a card: choose what the mapping lacks, correct the field, say which record it is.

Each form says nothing of the others: whatever fits the cause is shown, on the page Needs attention
and in the entry alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right, may
from fieldledger.office.services import BULK_MAX
from fieldledger.quickbooks import services
from fieldledger.quickbooks.attention import SHOWN_STATES, act_on_cause
from fieldledger.quickbooks.clashes import Clash, clash_of
from fieldledger.quickbooks.closed_period import CLOSED_CODES, closed_choices
from fieldledger.quickbooks.fixing import can_be_picked, candidates, fields_of, mend, record_of
from fieldledger.quickbooks.linking_invoice import comparison_of
from fieldledger.quickbooks.log_words import written_title
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.choices import mapping_shown
from fieldledger.quickbooks.pages.clash import back_to
from fieldledger.quickbooks.services import Mistaken, NotPossible
from fieldledger.sync.content import Kind, State
from fieldledger.sync.fields import INVOICE_NUMBER_MAX, REFERENCE_MAX

_LABELS: Final = {
    "name": "Name",
    "company_name": "Company",
    "email": "E-mail",
    "phone": "Phone",
    "billing_line1": "Street",
    "billing_line2": "Second line",
    "billing_city": "City",
    "billing_state": "State",
    "billing_postal_code": "ZIP code",
    "billing_country": "Country",
    "description": "Description",
    "price": "Price",
    "number": "Number",
    "memo": "Memo",
    "reason": "Reason",
    "reference": "Check or reference number",
    "date": "Date",
    "amount": "Amount",
}
_INPUTS: Final = {"date": "date", "email": "email", "price": "number", "amount": "number"}
_MAX: Final = {
    (Kind.CLIENT, "name"): NAME_MAX[Kind.CLIENT],
    (Kind.ITEM, "name"): NAME_MAX[Kind.ITEM],
    (Kind.INVOICE, "number"): INVOICE_NUMBER_MAX,
    (Kind.PAYMENT, "reference"): REFERENCE_MAX,
    (Kind.CREDIT, "number"): INVOICE_NUMBER_MAX,
}
_EDITING: Final = {
    Kind.CLIENT: Right.EDIT_CLIENTS,
    Kind.ITEM: Right.EDIT_ITEMS,
    Kind.INVOICE: Right.EDIT_INVOICES,
    Kind.PAYMENT: Right.TAKE_PAYMENTS,
    Kind.CREDIT: Right.EDIT_INVOICES,
    Kind.REFUND: Right.TAKE_PAYMENTS,
}
# What of the mapping is chosen on the card; of a reference, whatever records of a kind refer to.
_ONE_CHOICE: Final = {
    "no_income_account": ("income_account", "Income account of new items"),
    "3270": ("income_account", "Income account of new items"),
    "no_fallback_item": ("fallback_item", "A line without an item goes under"),
}
_LISTS: Final = {"income_account": "income_accounts", "fallback_item": "fallback_items"}
_REFERENCES: Final = frozenset({"3130", "3140"})
_GROUPS_OF: Final = {
    Kind.CLIENT: (),
    Kind.ITEM: (),
    Kind.INVOICE: ("tax_items", "terms"),
    Kind.PAYMENT: ("payment_methods", "deposit_accounts"),
    Kind.CREDIT: ("tax_items",),
    Kind.REFUND: (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFix:
    """What can be put right in one record."""

    entry: dict[str, Any]  # As the card of a clash takes it.
    title: str
    fields: Sequence[dict[str, Any]]
    candidates: Sequence[tuple[str, str]]
    is_picked: bool
    clash: Clash | None
    may_edit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedFix:
    """Invoices in a closed period, of which all get the same answer."""

    guids: str  # With commas between them.
    number: int
    dates: dict[str, Any]  # As closed_choices returns them.


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """All forms that fit a cause."""

    mapping: Sequence[dict[str, Any]]
    records: Sequence[RecordFix]
    closed: ClosedFix | None
    number: int  # How many entries stand for the cause.
    may_map: bool


def fix_of(
    request: PageRequest,
    connection: Connection,
    entries: Sequence[SyncEntry],
    *,
    number: int,
    kinds: Sequence[Kind],
) -> Fix | None:
    """Return the forms for a cause whose first entries these are; None where none fits."""
    if not entries:
        return None
    role = request.membership.role
    found = Fix(
        mapping=_mapping(request, connection, entries[0], kinds),
        records=[
            fix for each in entries if (fix := _record_fix(connection, each, role)) is not None
        ],
        closed=_closed(connection, entries, number),
        number=number,
        may_map=may(role, Right.MAP),
    )
    return found if found.mapping or found.records or found.closed else None


def fix_of_entry(request: PageRequest, connection: Connection, guid: UUID) -> Fix | None:
    """Return the forms for one entry; the card of a taken name or number stands by itself."""
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first()
    if entry is None or clash_of(connection, entry) is not None:
        return None
    if comparison_of(connection, entry) is not None:
        return None
    return fix_of(request, connection, [entry], number=1, kinds=[entry.kind])


def _closed(connection: Connection, entries: Sequence[SyncEntry], number: int) -> ClosedFix | None:
    """Return the choices for the invoices of a cause, or for the one entry it is asked for."""
    first = entries[0]
    if first.state != State.FAILED or first.code not in CLOSED_CODES:
        return None
    alike = SyncEntry.objects.filter(
        connection=connection, state=State.FAILED, code=first.code, rank=RANK[Kind.INVOICE]
    )
    if number == len(entries):
        alike = alike.filter(pk__in=[each.pk for each in entries])
    guids = list(alike.order_by("-pk").values_list("record_guid", flat=True)[:BULK_MAX])
    if not guids:
        return None
    return ClosedFix(
        guids=",".join(map(str, guids)),
        number=len(guids),
        dates=closed_choices(connection, timezone.localdate()),
    )


def _mapping(
    request: PageRequest, connection: Connection, entry: SyncEntry, kinds: Sequence[Kind]
) -> list[dict[str, Any]]:
    code = entry.code
    if entry.state != State.FAILED or connection.lists_read_at is None:
        return []
    if code not in _ONE_CHOICE and code not in _REFERENCES and code != "tax_not_mapped":
        return []
    shown = mapping_shown(request, connection)
    if code in _ONE_CHOICE:
        name, label = _ONE_CHOICE[code]
        return [_choice(shown, name, label)]
    if code == "tax_not_mapped":
        return [_row("tax_items", each) for each in shown["tax_items"] if not each["value"]]
    rows = [
        _row(group, each) for kind in kinds for group in _GROUPS_OF[kind] for each in shown[group]
    ]
    if Kind.ITEM in kinds:
        rows.append(_choice(shown, *_ONE_CHOICE["no_income_account"]))
    return rows


def _choice(shown: dict[str, Any], name: str, label: str) -> dict[str, Any]:
    return {
        "name": name,
        "words": label,
        "value": shown["chosen"][name],
        "choices": shown[_LISTS[name]],
        "why": shown["why_account"] if name == "income_account" else shown["fallback_hint"],
    }


def _row(group: str, row: dict[str, Any]) -> dict[str, Any]:
    words = f"{row['words']}: deposit to" if group == "deposit_accounts" else row["words"]
    return row | {"name": f"{group}.{row['key']}", "words": words}


def _record_fix(connection: Connection, entry: SyncEntry, role: str | None) -> RecordFix | None:
    names = fields_of(entry)
    record = record_of(connection, entry) if names else None
    clash, is_picked = clash_of(connection, entry), can_be_picked(entry)
    if record is None and clash is None and not is_picked:
        return None
    return RecordFix(
        entry={"id": entry.guid},
        title=f"{entry.kind.capitalize()} {written_title(entry.kind, entry.title)}",
        fields=[
            {
                "name": name,
                "label": _LABELS[name],
                "value": getattr(record, name) or "",
                "input": _INPUTS.get(name, "text"),
                "limit": _MAX.get((entry.kind, name)),
            }
            for name in names
            if record is not None
        ],
        candidates=[
            (each.list_id, _called(each.full_name, each.details, is_active=each.is_active))
            for each in (candidates(connection, entry) if is_picked else ())
        ],
        is_picked=is_picked,
        clash=clash,
        may_edit=may(role, _EDITING[entry.kind]),
    )


def _called(name: str, details: dict[str, Any], *, is_active: bool) -> str:
    more = [str(details[key]) for key in ("email", "phone") if details.get(key)]
    return ", ".join([name, *more, *([] if is_active else ["inactive"])])


@quickbooks_page(Right.QUEUE, methods=("POST",))
def mend_entry(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Write what was corrected on the card into the record, and send it."""
    values = {name: request.POST[name] for name in _LABELS if name in request.POST}
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first()
    if entry is None or not may(request.membership.role, _EDITING[entry.kind]):
        raise Http404
    try:
        saved = mend(connection, guid, values=values, actor=request.actor, now=timezone.now())
    except (Mistaken, NotPossible) as refusal:
        messages.error(request, f"{entry.title}: {refusal}")
    else:
        said = "Saved. It goes to QuickBooks with the next call."
        messages.success(request, f"{saved.title}: {said}")
    return redirect(back_to(request, guid))


@quickbooks_page(Right.MAP, methods=("POST",))
def fix_mapping(request: PageRequest, connection: Connection) -> HttpResponse:
    """Save what was chosen on the card, and send all that stood for want of it."""
    state, code = request.POST.get("state", ""), request.POST.get("code", "")
    if state not in set(SHOWN_STATES):
        raise Http404
    now = timezone.now()
    changes = _posted(request, connection)
    try:
        services.save_mapping(connection, changes=changes, actor=request.actor, now=now)
    except Mistaken as mistake:
        messages.error(request, str(mistake))
        return redirect("attention")
    results = act_on_cause(
        connection, action="retry", state=State(state), code=code, actor=request.actor, now=now
    )
    done = sum(each.done for each in results)
    went = "1 record goes" if done == 1 else f"{done} records go"
    messages.success(request, f"The mapping is saved. {went} to QuickBooks with the next call.")
    return redirect("attention")


def _posted(request: PageRequest, connection: Connection) -> dict[str, Any]:
    """Return what a card's form changes in the mapping: of what the mapping's page shows alone."""
    changes: dict[str, Any] = {name: request.POST[name] for name in _LISTS if name in request.POST}
    shown = mapping_shown(request, connection)
    for group in {each for groups in _GROUPS_OF.values() for each in groups}:
        chosen = {
            row["key"]: request.POST[f"{group}.{row['key']}"]
            for row in shown[group]
            if f"{group}.{row['key']}" in request.POST
        }
        if chosen:
            changes[group] = chosen
    return changes
