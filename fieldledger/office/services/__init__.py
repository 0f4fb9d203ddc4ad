"""Everything that writes the office's records: pages, API and imports call nothing else.

Each call checks all it is given, saves all of it or nothing, notes it in the audit trail and
announces what changed, in one transaction. `values` are what a form or a JSON document holds, by
the API's names; an address's fields are `billing_line1` to `service_country`. Bad input raises
Refused, or stands as a Refused in the place of its record where many are made at once.

`now` is the time of the change. `actor` is what the audit trail says of who asked.
"""

from fieldledger.office.refusals import Errors, Refused
from fieldledger.office.services.clients import create_client, create_clients, update_client
from fieldledger.office.services.credit_uses import apply_credit
from fieldledger.office.services.credits import create_credit, update_credit, void_credit
from fieldledger.office.services.deposits import (
    apply_deposit,
    create_deposit,
    pay_and_keep_the_rest,
)
from fieldledger.office.services.invoice_changes import update_invoice, void_invoice
from fieldledger.office.services.invoices import create_invoice, create_invoices
from fieldledger.office.services.items import create_item, create_items, update_item
from fieldledger.office.services.merging import Merged, merge_clients
from fieldledger.office.services.payments import (
    create_payment,
    create_payments,
    update_payment,
    void_payment,
)
from fieldledger.office.services.records import BULK_MAX
from fieldledger.office.services.refunds import create_refund, void_refund
from fieldledger.office.services.tax_rates import create_tax_rate

__all__ = [
    "BULK_MAX",
    "Errors",
    "Merged",
    "Refused",
    "apply_credit",
    "apply_deposit",
    "create_client",
    "create_clients",
    "create_credit",
    "create_deposit",
    "create_invoice",
    "create_invoices",
    "create_item",
    "create_items",
    "create_payment",
    "create_payments",
    "create_refund",
    "create_tax_rate",
    "merge_clients",
    "pay_and_keep_the_rest",
    "update_client",
    "update_credit",
    "update_invoice",
    "update_item",
    "update_payment",
    "void_credit",
    "void_invoice",
    "void_payment",
    "void_refund",
]
