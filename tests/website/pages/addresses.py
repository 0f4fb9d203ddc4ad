"""The address of every page, with records of one business in it."""

from typing import Any

from django.urls import URLPattern, reverse

from fieldledger.accounts.models import Business
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, Refund
from fieldledger.quickbooks.models import PlanRow, SyncEntry
from fieldledger.website import urls

# What only takes forms: asked for by GET, it says so.
FORMS_ONLY = frozenset(
    {
        "appearance",
        "archive_client",
        "begin_training",
        "end_training",
        "training_call",
        "at_the_training_pc",
        "break_something",
        "archive_item",
        "apply_credit",
        "apply_deposit",
        "decide_approval",
        "sync_deposit",
        "answer_closed",
        "sync_invoices",
        "draft_invoice",
        "sync_credit",
        "sync_invoice",
        "switch_addon",
        "pause",
        "resume",
        "decide_connection",
        "setup_next",
        "connector_password",
        "choose_import",
        "approve_plan",
        "decide_plan_row",
        "decide_plan_rows",
        "undo_export",
        "void_entry",
        "undo_import",
        "verify_trail",
        "refresh_lists",
        "save_hours",
        "send_anyway",
        "support_bundle",
        "start_probe",
        "stop_probe",
        "act_on_entries",
        "act_on_cause",
        "fix_mapping",
        "mend_entry",
        "sign_month",
        "rename_entry",
        "link_entry",
        "link_invoice",
        "look_at_all",
        "look_at_entry",
        "merge_entry",
        "tell_apart",
    }
)
# Of the set-up: they lead elsewhere when it is at another step.
OF_A_STEP = frozenset(
    {"quickbooks", "setup", "preferences", "initial_sync", "plan", "plan_csv", "runs"}
)


def names() -> list[str]:
    """Return the name of every address of our pages."""
    patterns: list[URLPattern] = [*urls.office, *urls.quickbooks]
    return [str(each.name) for each in patterns]


def address(name: str, business: Business) -> str:
    """Return the address called `name`, of a record of this business where it is about one."""
    model = {
        "client": Client,
        "item": Item,
        "invoice": Invoice,
        "payment": Invoice if name == "new_payment" else Payment,
        "credit": Credit,
        "refund": Credit if name == "new_refund" else Refund,
        "deposit": Client if name == "new_deposit" else Payment,
        "entry": SyncEntry,
        "row": PlanRow,
    }
    pattern = next(each for each in [*urls.office, *urls.quickbooks] if each.name == name)
    if name == "report":
        return reverse(name, args=["sales"])
    if "<uuid:guid>" not in str(pattern.pattern):
        return reverse(name)
    kind = next(each for each in reversed(model) if each in name)
    rows: Any = model[kind]._default_manager.all()
    if kind == "deposit" and name != "new_deposit":
        rows = rows.filter(invoice=None)
    if kind in {"entry", "row"}:
        rows = rows.filter(connection__business=business)
    else:
        rows = rows.filter(business=business)
    return reverse(name, args=[rows.order_by("-pk")[0].guid])
