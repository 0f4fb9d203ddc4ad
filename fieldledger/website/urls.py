"""Which address shows what."""

from django.urls import include, path

from fieldledger.quickbooks.pages import addon, choices, hub, initial, log, setup
from fieldledger.website.pages import (
    clients,
    home,
    invoice,
    invoice_editor,
    invoices,
    items,
    payments,
    tax_rates,
)

office = [
    path("", home.home, name="home"),
    path("appearance", home.appearance, name="appearance"),
    path("clients/", clients.clients, name="clients"),
    path("clients/new", clients.new_client, name="new_client"),
    path("clients/choices", clients.client_choices, name="client_choices"),
    path("clients/<uuid:guid>", clients.client, name="client"),
    path("clients/<uuid:guid>/edit", clients.edit_client, name="edit_client"),
    path("clients/<uuid:guid>/archive", clients.archive_client, name="archive_client"),
    path("items/", items.items, name="items"),
    path("items/new", items.new_item, name="new_item"),
    path("items/<uuid:guid>", items.item, name="item"),
    path("items/<uuid:guid>/edit", items.edit_item, name="edit_item"),
    path("items/<uuid:guid>/archive", items.archive_item, name="archive_item"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/sync", invoices.sync_invoices, name="sync_invoices"),
    path("invoices/new", invoice_editor.new_invoice, name="new_invoice"),
    path("invoices/draft", invoice_editor.draft, name="draft_invoice"),
    path("invoices/<uuid:guid>", invoice.invoice, name="invoice"),
    path("invoices/<uuid:guid>/edit", invoice_editor.edit_invoice, name="edit_invoice"),
    path("invoices/<uuid:guid>/void", invoice.void, name="void_invoice"),
    path("invoices/<uuid:guid>/sync", invoice.sync_invoice, name="sync_invoice"),
    path("invoices/<uuid:guid>/quickbooks", invoice.invoice_quickbooks, name="invoice_quickbooks"),
    path("invoices/<uuid:guid>/payments/new", payments.new_payment, name="new_payment"),
    path("payments/<uuid:guid>/void", payments.void, name="void_payment"),
    path("tax-rates/", tax_rates.tax_rates, name="tax_rates"),
]
quickbooks = [
    path("features/", addon.features, name="features"),
    path("features/quickbooks-desktop", addon.addon, name="addon"),
    path("features/quickbooks-desktop/switch", addon.switch, name="switch_addon"),
    path("quickbooks/", hub.hub, name="quickbooks"),
    path("quickbooks/now", hub.hub_part, name="quickbooks_part"),
    path("quickbooks/pause", hub.pause, name="pause"),
    path("quickbooks/resume", hub.resume, name="resume"),
    path("quickbooks/disconnect", hub.disconnect, name="disconnect"),
    path("quickbooks/setup", setup.setup, name="setup"),
    path("quickbooks/setup/next", setup.go_next, name="setup_next"),
    path("quickbooks/setup/file", setup.setup_file, name="setup_file"),
    path("quickbooks/setup/password", setup.password, name="connector_password"),
    path("quickbooks/setup/checklist", setup.checklist, name="checklist"),
    path("quickbooks/setup/import", setup.choose_import, name="choose_import"),
    path("quickbooks/setup/preferences", setup.preferences, name="preferences"),
    path("quickbooks/initial-sync", initial.initial_sync, name="initial_sync"),
    path("quickbooks/initial-sync/now", initial.progress, name="initial_sync_part"),
    path("quickbooks/plan", initial.plan, name="plan"),
    path("quickbooks/plan/approve", initial.approve, name="approve_plan"),
    path("quickbooks/plan/<uuid:guid>", initial.decide, name="decide_plan_row"),
    path("quickbooks/mapping", choices.mapping, name="mapping"),
    path("quickbooks/mapping/refresh", hub.refresh_lists, name="refresh_lists"),
    path("quickbooks/settings", choices.settings, name="quickbooks_settings"),
    path("quickbooks/log/", log.sync_log, name="sync_log"),
    path("quickbooks/log/act", log.act, name="act_on_entries"),
    path("quickbooks/log/<uuid:guid>", log.entry, name="entry"),
]

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/", include("fieldledger.api.urls")),
    *office,
    *quickbooks,
]
