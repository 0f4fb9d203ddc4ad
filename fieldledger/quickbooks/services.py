"""Everything people and programs ask of the QuickBooks side: pages and API call nothing else."""

from fieldledger.quickbooks.asking import (
    ACTIONS,
    ActResult,
    SyncResult,
    act,
    sync,
)
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.planned import decide_plan_row
from fieldledger.quickbooks.relinking import relink
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
    resume,
    save_mapping,
    save_settings,
    set_enabled,
    setup_file,
)

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
    "connection_of",
    "copy_password",
    "database_restored",
    "decide_plan_row",
    "disconnect",
    "go_next",
    "new_password",
    "password_for_companion",
    "pause",
    "refresh_lists",
    "relink",
    "resume",
    "save_mapping",
    "save_settings",
    "set_enabled",
    "setup_file",
    "sync",
]
