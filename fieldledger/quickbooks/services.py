"""Everything people and programs ask of the QuickBooks side: pages and API call nothing else."""

from fieldledger.quickbooks.approvals import decide, save_rules
from fieldledger.quickbooks.asking import (
    ACTIONS,
    ActResult,
    SyncResult,
    act,
    sync,
)
from fieldledger.quickbooks.clashes import merge, rename, tell_all_apart
from fieldledger.quickbooks.closed_period import hold, let_go, send_with_date
from fieldledger.quickbooks.deciding import (
    dismiss_notice,
    expect_computer,
    hand_over,
    keep_file,
    put_copy_aside,
    refuse_computer,
    relink_company,
    resume,
)
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.hours import save_hours, send_anyway
from fieldledger.quickbooks.linking_invoice import link
from fieldledger.quickbooks.plan_bulk import decide_plan_rows
from fieldledger.quickbooks.planned import decide_plan_row
from fieldledger.quickbooks.relinking import relink
from fieldledger.quickbooks.returning import compare_first, hold_both
from fieldledger.quickbooks.reverifying import database_restored
from fieldledger.quickbooks.setting_up import (
    Password,
    approve_plan,
    choose_import,
    connection_of,
    copy_password,
    disconnect,
    go_next,
    new_password,
    password_for_companion,
    pause,
    refresh_lists,
    save_mapping,
    save_settings,
    set_enabled,
    setup_file,
)
from fieldledger.quickbooks.undoing import undo_export, undo_import
from fieldledger.quickbooks.void_choice import choose_void, choose_void_again
from fieldledger.quickbooks.watching import look_now

__all__ = [
    "ACTIONS",
    "ActResult",
    "Mistaken",
    "NotPossible",
    "Password",
    "SyncResult",
    "act",
    "approve_plan",
    "choose_import",
    "choose_void",
    "choose_void_again",
    "compare_first",
    "connection_of",
    "copy_password",
    "database_restored",
    "decide",
    "decide_plan_row",
    "decide_plan_rows",
    "disconnect",
    "dismiss_notice",
    "expect_computer",
    "go_next",
    "hand_over",
    "hold",
    "hold_both",
    "keep_file",
    "let_go",
    "link",
    "look_now",
    "merge",
    "new_password",
    "password_for_companion",
    "pause",
    "put_copy_aside",
    "refresh_lists",
    "refuse_computer",
    "relink",
    "relink_company",
    "rename",
    "resume",
    "save_hours",
    "save_mapping",
    "save_rules",
    "save_settings",
    "send_anyway",
    "send_with_date",
    "set_enabled",
    "setup_file",
    "sync",
    "tell_all_apart",
    "undo_export",
    "undo_import",
]
