"""What the office keeps: clients, items, tax rates, invoices with their lines, payments.

Rows are written by the services alone: they check, keep totals true and announce changes.
`revision` counts the changes of what a record says; an edit that changes nothing leaves it.
"""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office.cents import Cents
from fieldledger.office.day_totals import (  # noqa: F401 - Django looks for tables here.
    CreditedTotal,
    InvoicedTotal,
    OwedTotal,
    ReceivedTotal,
)
from fieldledger.office.invoice_letter import (
    InvoiceLetter,  # noqa: F401 - Django looks for tables here.
)
from fieldledger.office.saved_view import SavedView  # noqa: F401 - And here.

ZERO = Decimal("0.00")
NAME_LENGTH_MAX = 255
NUMBER_LENGTH_MAX = 11  # qbXML 13.0 schema, InvoiceAdd/RefNumber.
REFERENCE_LENGTH_MAX = 20  # qbXML 13.0 schema, ReceivePaymentAdd/RefNumber.
TERMS_LENGTH_MAX = 31  # qbXML 13.0 schema, StandardTermsAdd/Name.
LONG_TEXT_LENGTH_MAX = 4095  # qbXML 13.0 schema, InvoiceLineAdd/Desc and InvoiceAdd/Memo.
EXTERNAL_ID_LENGTH_MAX = 255


class ItemKind(models.TextChoices):
    """What an item is: work done, or a thing sold."""

    SERVICE = "service", "Service"
    PRODUCT = "product", "Product"


class LineKind(models.TextChoices):
    """What a line of an invoice is for; tips and fees stand apart from the work."""

    WORK = "work", "Work"
    TIP = "tip", "Tip"
    FEE = "fee", "Fee"


class Method(models.TextChoices):
    """How a payment was made."""

    CASH = "cash", "Cash"
    CHECK = "check", "Check"
    CREDIT_CARD = "credit_card", "Credit card"
    ACH = "ach", "Bank transfer (ACH)"
    OTHER = "other", "Other"


class MoneyState(StrEnum):
    """Where an invoice stands with money."""

    UNPAID = "unpaid"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    OVERDUE = "overdue"
    VOID = "void"


class Record(models.Model):
    """What all records of a business have in common."""

    guid = models.UUIDField(default=uuid4, unique=True, editable=False)
    external_id = models.CharField(max_length=EXTERNAL_ID_LENGTH_MAX, null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Client(Record):
    """Somebody the business works for. Two clients may share a name."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="clients", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    company_name = models.CharField(max_length=NAME_LENGTH_MAX, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    billing_line1 = models.CharField(max_length=255, blank=True)
    billing_line2 = models.CharField(max_length=255, blank=True)
    billing_city = models.CharField(max_length=100, blank=True)
    billing_state = models.CharField(max_length=100, blank=True)
    billing_postal_code = models.CharField(max_length=30, blank=True)
    billing_country = models.CharField(max_length=100, blank=True)
    service_line1 = models.CharField(max_length=255, blank=True)
    service_line2 = models.CharField(max_length=255, blank=True)
    service_city = models.CharField(max_length=100, blank=True)
    service_state = models.CharField(max_length=100, blank=True)
    service_postal_code = models.CharField(max_length=30, blank=True)
    service_country = models.CharField(max_length=100, blank=True)
    notes = models.TextField(max_length=LONG_TEXT_LENGTH_MAX, blank=True)
    archived = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "external_id"], name="client_external_id_once"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="client_newest"),
            models.Index(fields=["business", "archived", "-id"], name="client_by_archived"),
            # Alone answers which clients come next by name, in the archive or not.
            models.Index(fields=["business", "name", "id", "archived"], name="client_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Item(Record):
    """Something the business sells; its name is unique, whatever the case."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="items", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    name_folded = models.CharField(max_length=3 * NAME_LENGTH_MAX, editable=False)
    kind = models.CharField(max_length=7, choices=ItemKind.choices, default=ItemKind.SERVICE)
    description = models.TextField(max_length=LONG_TEXT_LENGTH_MAX, blank=True)
    price = models.DecimalField(max_digits=15, decimal_places=5, default=Decimal(0))
    cost = models.DecimalField(max_digits=15, decimal_places=5, default=Decimal(0))
    taxable = models.BooleanField(default=True)
    archived = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "name_folded"], name="item_name_once"),
            models.UniqueConstraint(
                fields=["business", "external_id"], name="item_external_id_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="item_kind_known"),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="item_newest"),
            models.Index(fields=["business", "archived", "-id"], name="item_by_archived"),
        ]

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """A sales tax rate, in percent."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="tax_rates", db_index=False)
    guid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    name_folded = models.CharField(max_length=300, editable=False)
    percent = models.DecimalField(max_digits=9, decimal_places=5)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "name_folded"], name="tax_rate_name_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="tax_rate_percent_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.percent.normalize():f}%)"


class Invoice(Record):
    """What a client owes for work and goods. Its totals follow from its lines and tax rate."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="invoices", db_index=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=NUMBER_LENGTH_MAX)
    date = models.DateField()
    due_date = models.DateField(null=True, blank=True)
    terms = models.CharField(max_length=TERMS_LENGTH_MAX, blank=True)
    tax_rate = models.ForeignKey(
        TaxRate, models.PROTECT, related_name="invoices", null=True, blank=True
    )
    memo = models.TextField(max_length=LONG_TEXT_LENGTH_MAX, blank=True)
    # Taken off the lines before tax; it follows from the percentage where there is one.
    discount = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    discount_percent = models.DecimalField(
        max_digits=9, decimal_places=5, null=True, blank=True, default=None
    )
    # What tips and fees come to: no discount comes off them.
    extras = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    # What all lines come to, tips and fees too, less the discount.
    subtotal = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    tax = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    total = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    # The sum of the payments that are not void, and of what of deposits and credit memos goes to
    # it; kept in the transaction that changes one of them.
    paid = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "number"], name="invoice_number_once"),
            models.UniqueConstraint(
                fields=["business", "external_id"], name="invoice_external_id_once"
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="invoice_total_not_negative"),
            models.CheckConstraint(
                condition=Q(discount__gte=0), name="invoice_discount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("total")), name="invoice_paid_at_most_total"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="invoice_newest"),
            models.Index(fields=["business", "date", "id"], name="invoice_by_date"),
            # Answer the unpaid lists without reading what is settled.
            models.Index(
                fields=["business", "due_date", "id"],
                condition=Q(voided_at=None, paid__lt=F("total")),
                name="invoice_open",
            ),
            models.Index(
                fields=["business", "-id"],
                condition=Q(voided_at=None, paid__lt=F("total")),
                name="invoice_open_newest",
            ),
            models.Index(fields=["business", "terms"], name="invoice_terms"),
        ]

    def __str__(self) -> str:
        return f"Invoice {self.number}"

    @property
    def voided(self) -> bool:
        """Whether it was made void: it keeps what it said and is owed no more."""
        return self.voided_at is not None

    @property
    def lines_total(self) -> Decimal:
        """What the lines of the work come to before the discount."""
        return self.work_total + self.discount

    @property
    def work_total(self) -> Decimal:
        """What the work comes to after the discount, before tips, fees and tax."""
        return self.subtotal - self.extras

    @property
    def credited(self) -> Decimal:
        """What of `paid` came of credit memos; it is looked up."""
        parts = self.credit_applications.values_list("amount", flat=True)
        return sum(parts, start=ZERO)

    @property
    def balance(self) -> Decimal:
        """What is still owed."""
        return ZERO if self.voided else self.total - self.paid

    def money_state(self, today: dt.date) -> MoneyState:
        """Return where the invoice stands on `today`, a date in the business's time zone.

        It is overdue from the day after its due date; without one it never is.
        """
        if self.voided:
            return MoneyState.VOID
        if not self.balance:
            return MoneyState.PAID
        if self.due_date is not None and self.due_date < today:
            return MoneyState.OVERDUE
        return MoneyState.PARTLY_PAID if self.paid else MoneyState.UNPAID


class InvoiceLine(models.Model):
    """One line of an invoice; `amount` is quantity times unit price, half up to cents.

    A tip or a fee names no item: the mapping says which of QuickBooks' items it goes under.
    """

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=4, choices=LineKind.choices, default=LineKind.WORK)
    item = models.ForeignKey(Item, models.PROTECT, related_name="lines", null=True, blank=True)
    description = models.TextField(max_length=LONG_TEXT_LENGTH_MAX, blank=True)
    quantity = models.DecimalField(max_digits=15, decimal_places=5)
    unit_price = models.DecimalField(max_digits=15, decimal_places=5)
    taxable = models.BooleanField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        ordering = ["invoice_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.description or self.item}"


class Payment(Record):
    """Money received: for one invoice, or a deposit that goes to invoices later.

    A deposit names its client and no invoice; its applications say what of it went where.
    """

    business = models.ForeignKey(Business, models.CASCADE, related_name="payments", db_index=False)
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="payments", null=True, blank=True
    )
    client = models.ForeignKey(
        Client, models.PROTECT, related_name="deposits", null=True, blank=True
    )
    # The sum of a deposit's applications, kept in the transaction that changes one of them.
    applied = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    date = models.DateField()
    method = models.CharField(max_length=11, choices=Method.choices, default=Method.OTHER)
    reference = models.CharField(max_length=REFERENCE_LENGTH_MAX, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "external_id"], name="payment_external_id_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(method__in=Method.values), name="payment_method_known"
            ),
            models.CheckConstraint(
                condition=Q(invoice__isnull=False, client=None)
                | Q(invoice=None, client__isnull=False),
                name="payment_for_invoice_or_client",
            ),
            models.CheckConstraint(
                condition=Q(applied__gte=0, applied__lte=F("amount")),
                name="payment_applied_at_most_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="payment_newest"),
            models.Index(fields=["business", "date", "id"], name="payment_by_date"),
            # Answers the list of unapplied deposits without reading every payment.
            models.Index(
                fields=["business", "date", "id"],
                condition=Q(client__isnull=False, voided_at=None, applied__lt=F("amount")),
                name="payment_unapplied",
            ),
        ]

    def __str__(self) -> str:
        return f"Payment of {self.amount} on {self.date}"

    @property
    def voided(self) -> bool:
        """Whether it was made void: it no longer counts towards its invoice."""
        return self.voided_at is not None

    @property
    def is_deposit(self) -> bool:
        """Whether it came without an invoice."""
        return self.client_id is not None

    @property
    def payer(self) -> Client:
        """Whose money it is."""
        payer = self.invoice.client if self.invoice is not None else self.client
        assert payer is not None  # By a constraint.
        return payer

    @property
    def what_for(self) -> str:
        """The number of its invoice, or "deposit"."""
        return self.invoice.number if self.invoice is not None else "deposit"

    @property
    def unapplied(self) -> Decimal:
        """What of a deposit the client may still use."""
        return self.amount - self.applied if self.is_deposit and not self.voided else ZERO


class Application(models.Model):
    """How much of a deposit goes to one invoice; taken off again, it stays with nothing."""

    payment = models.ForeignKey(
        Payment, models.CASCADE, related_name="applications", db_index=False
    )
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="applications")
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="application_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="application_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of a deposit"


class Credit(Record):
    """A credit memo: what a client gets back of what was invoiced, to be used later or paid out."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="credits", db_index=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="credits")
    # The one it takes back from, where it was made for one: a note. What settles is applied.
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="credits", null=True, blank=True
    )
    number = models.CharField(max_length=NUMBER_LENGTH_MAX)
    date = models.DateField()
    tax_rate = models.ForeignKey(
        TaxRate, models.PROTECT, related_name="credits", null=True, blank=True
    )
    reason = models.TextField(max_length=LONG_TEXT_LENGTH_MAX, blank=True)
    subtotal = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    tax = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    total = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    # The sum of the refunds that are not void, kept in the transaction that changes one of them.
    refunded = models.DecimalField(max_digits=15, decimal_places=2, default=ZERO)
    # The sum of what goes to invoices, kept in the same way.
    applied = models.DecimalField(
        max_digits=15, decimal_places=2, default=ZERO, db_default=Decimal("0.00")
    )
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "number"], name="credit_number_once"),
            models.UniqueConstraint(
                fields=["business", "external_id"], name="credit_external_id_once"
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="credit_total_positive"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("total")),
                name="credit_refunded_at_most_total",
            ),
            models.CheckConstraint(
                condition=Q(applied__gte=0, applied__lte=Cents(F("total") - F("refunded"))),
                name="credit_used_at_most_total",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="credit_newest"),
            models.Index(fields=["business", "date", "id"], name="credit_by_date"),
            # Answers what clients may still use without reading what is used up.
            models.Index(
                fields=["business", "client"],
                condition=Q(voided_at=None, refunded__lt=Cents(F("total") - F("applied"))),
                name="credit_unused",
            ),
        ]

    def __str__(self) -> str:
        return f"Credit memo {self.number}"

    @property
    def voided(self) -> bool:
        """Whether it was made void: it keeps what it said and is worth nothing."""
        return self.voided_at is not None

    @property
    def balance(self) -> Decimal:
        """What of it the client may still use."""
        return ZERO if self.voided else self.total - self.refunded - self.applied


class CreditApplication(models.Model):
    """How much of a credit memo goes to one invoice; taken off again, it stays with nothing."""

    credit = models.ForeignKey(Credit, models.CASCADE, related_name="applications", db_index=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_applications")
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["credit", "invoice"], name="credit_application_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="credit_application_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of a credit memo"


class CreditLine(models.Model):
    """One line of a credit memo, as an invoice's."""

    credit = models.ForeignKey(Credit, models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    item = models.ForeignKey(
        Item, models.PROTECT, related_name="credit_lines", null=True, blank=True
    )
    description = models.TextField(max_length=LONG_TEXT_LENGTH_MAX, blank=True)
    quantity = models.DecimalField(max_digits=15, decimal_places=5)
    unit_price = models.DecimalField(max_digits=15, decimal_places=5)
    taxable = models.BooleanField()
    amount = models.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        ordering = ["credit_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit", "position"], name="credit_line_position_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} × {self.description or self.item}"


class Refund(Record):
    """Money paid back out of a credit memo. It is not changed: it is made void and made anew."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="refunds", db_index=False)
    credit = models.ForeignKey(Credit, models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    date = models.DateField()
    method = models.CharField(max_length=11, choices=Method.choices, default=Method.CHECK)
    reference = models.CharField(max_length=NUMBER_LENGTH_MAX, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "external_id"], name="refund_external_id_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(method__in=Method.values), name="refund_method_known"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-id"], name="refund_newest"),
            models.Index(fields=["business", "date"], name="refund_by_date"),
        ]

    def __str__(self) -> str:
        return f"Refund of {self.amount} on {self.date}"

    @property
    def voided(self) -> bool:
        """Whether it was made void: it no longer counts towards its credit memo."""
        return self.voided_at is not None


class SearchWord(models.Model):
    """A word by which a record is found (see finding.py)."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=7)
    record_id = models.BigIntegerField()
    # UTF-8, not text: bytes have one order in every database, whatever its language.
    word = models.BinaryField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "kind", "word", "record_id"], name="search_word_once"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "kind", "record_id"], name="search_word_record"),
        ]

    def __str__(self) -> str:
        return bytes(self.word).decode(errors="replace")
