"""What is kept about one business's link to its QuickBooks company.

The queue is not a list of tasks: a SyncEntry is one record of ours, with the revision the office
has, the revision wanted in QuickBooks and the revision QuickBooks took last. Whatever a session
needs stands in these tables, so any program on the same database can answer any call.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from fieldledger.accounts.models import Business
from fieldledger.quickbooks.approval_rows import Approval  # noqa: F401 - Tables are found here.
from fieldledger.quickbooks.bank_deposit_row import BankDeposit  # noqa: F401 - And here.
from fieldledger.quickbooks.drift_row import Drift  # noqa: F401 - And here.
from fieldledger.quickbooks.hours_row import BusinessHours  # noqa: F401 - And here.
from fieldledger.quickbooks.letter_rows import Letter  # noqa: F401 - And here.
from fieldledger.quickbooks.linked_credits_row import LinkedCredits  # noqa: F401 - And here.
from fieldledger.quickbooks.outstanding_row import Outstanding  # noqa: F401 - And here.
from fieldledger.quickbooks.probe_row import Probe  # noqa: F401 - And here.
from fieldledger.quickbooks.sign_off_row import SignOff  # noqa: F401 - And here.
from fieldledger.quickbooks.taken_number_row import TakenNumber  # noqa: F401 - And here.
from fieldledger.sync.content import Kind, State
from fieldledger.sync.fence import Fence

RANK = {kind: rank for rank, kind in enumerate(Kind, 1)}
KIND_OF_RANK = {rank: kind for kind, rank in RANK.items()}
KINDS = [(str(kind), str(kind)) for kind in Kind]

# What a session has to work on. Everything else waits for a person, a parent, or nothing at all.
ACTIVE_STATES = (State.PENDING, State.SENDING, State.CHECKING)


class Stage(models.TextChoices):
    """How far the set-up has come; the values are the API's."""

    OFF = "off"
    INSTALL = "install"
    AUTHORIZE = "authorize"
    IMPORT = "import"
    INITIAL_SYNC = "initial_sync"
    ONGOING = "ongoing"


class Connection(models.Model):
    """The link between a business and one QuickBooks company file."""

    business = models.OneToOneField(Business, models.CASCADE, related_name="quickbooks")
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enabled = models.BooleanField(default=False)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.OFF)
    created_at = models.DateTimeField(auto_now_add=True)

    # Who may call. The password is made by the machine; see passwords.py.
    username = models.CharField(max_length=40, unique=True)
    password_digest = models.CharField(max_length=64, blank=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True)
    sealed_password = models.TextField(blank=True)
    sealed_until = models.DateTimeField(null=True)
    setup_file_at = models.DateTimeField(null=True)

    # The mark the Web Connector stamps into the company file from our set-up file.
    file_id = models.UUIDField(default=uuid.uuid4, editable=False)

    paused = models.BooleanField(default=False)
    attention_code = models.CharField(max_length=40, blank=True)
    attention_message = models.TextField(blank=True)

    # Entries in ACTIVE_STATES, kept in the transaction that changes them: all a poll asks for.
    active_count = models.PositiveIntegerField(default=0)
    # Of sign-ins; a session of an older one is dead.
    epoch = models.PositiveIntegerField(default=0)
    acknowledged_set = models.CharField(max_length=23, blank=True)  # To clear with the next write.
    list_size = models.PositiveSmallIntegerField(default=100)
    transaction_size = models.PositiveSmallIntegerField(default=30)
    # Records in a page of a list, and how many pages in a row never came: see reading.page_lost.
    page_size = models.PositiveSmallIntegerField(default=500, db_default=500)
    pages_lost = models.PositiveSmallIntegerField(default=0, db_default=0)

    last_contact_at = models.DateTimeField(null=True)
    contact_interval_s = models.PositiveIntegerField(null=True)
    wrong_password_at = models.DateTimeField(null=True)
    wrong_password_count = models.PositiveIntegerField(default=0)
    connected_at = models.DateTimeField(null=True)  # The first request that came back answered.
    checked_at = models.DateTimeField(null=True)  # The company file was last looked at.
    # Our database was restored from a backup, and knows what was so until then.
    restored_at = models.DateTimeField(null=True)
    restored_from = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)  # The last reason why nothing could be sent.
    last_error_at = models.DateTimeField(null=True)

    # What QuickBooks said of itself.
    company_name = models.CharField(max_length=120, blank=True)
    company_file = models.CharField(max_length=500, blank=True)
    product_name = models.CharField(max_length=255, blank=True)
    computer = models.CharField(max_length=120, blank=True)  # That may sync: it holds the lease.
    is_sample = models.BooleanField(default=False)
    closing_date = models.DateField(null=True)
    facts = models.JSONField(default=dict)
    # When it was restored and condensed last, in QuickBooks' words; what we wrote to it last.
    activity = models.JSONField(default=dict)
    lists_read_at = models.DateTimeField(null=True)
    reading_wanted = models.BooleanField(default=True)
    # The probe of a sample company, and what it found: see sync.probe.report.answers_of.
    probe_wanted = models.BooleanField(default=False)
    what_quickbooks_keeps = models.JSONField(default=dict)

    # The computer's lease: see computers.py.
    lease_address = models.CharField(max_length=60, blank=True)
    lease_seen_at = models.DateTimeField(null=True)
    expected_computer = models.CharField(max_length=120, blank=True)  # "*": whichever comes next.
    # How the linked company file is recognised, and what the last one that was refused is like.
    fingerprint = models.JSONField(default=dict)
    found = models.JSONField(default=dict)
    accepted_mark = models.UUIDField(null=True)  # Of a file that a person said is the same.
    notice = models.JSONField(default=dict)  # Something to know, which stops nothing.
    verification = models.JSONField(default=dict)  # The look-up after a restore: see verification.
    # Since when nothing goes because somebody said so, and what has changed since: returning.py.
    away_since = models.DateTimeField(null=True)
    comparison = models.JSONField(default=dict)
    # The nightly look: whether, when next, how far and what came of it last; see watching.py.
    drift_watch = models.BooleanField(default=True, db_default=True)
    watch_at = models.DateTimeField(null=True)
    watch = models.JSONField(default=dict)

    # How late copies of lost documents are stopped (sync.fence.Fence), and what is known of it.
    fence = models.CharField(max_length=4, default=Fence.AUTO, db_default=Fence.AUTO)
    fence_facts = models.JSONField(default=dict)

    # What the office chose. The names are the API's.
    mapping = models.JSONField(default=dict)
    import_clients = models.BooleanField(default=False)
    import_items = models.BooleanField(default=False)
    client_matching = models.CharField(max_length=20, default="name_and_contact")
    resolve_client_conflicts = models.BooleanField(default=True)
    resolve_item_conflicts = models.BooleanField(default=True)
    # A name that was told apart in QuickBooks is changed here too.
    rename_here = models.BooleanField(default=False)
    review = models.BooleanField(default=True)
    jobs = models.CharField(max_length=8, default="skip")
    inactive = models.CharField(max_length=8, default="skip")
    # Who chose the import or, with a review, approved the plan; it is used by its completion.
    import_asked_by = models.CharField(max_length=254, blank=True)
    import_used_at = models.DateTimeField(null=True)
    import_used_by = models.CharField(max_length=254, blank=True)
    plan_made_at = models.DateTimeField(null=True)
    plan_approved_at = models.DateTimeField(null=True)
    initial_total = models.PositiveIntegerField(default=0)
    initial_started_at = models.DateTimeField(null=True)
    # The approved plan is being carried out, up to and with this row: see initial_sync.py.
    is_carrying = models.BooleanField(default=False, db_default=False)
    carried_to = models.BigIntegerField(default=0, db_default=0)
    initial_completed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.username


class Computer(models.Model):
    """A computer whose Web Connector has called: by its name, or, without one, by its address."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="computers", db_index=False
    )
    name = models.CharField(max_length=120, blank=True)  # As the company's AppLock gives it.
    address = models.CharField(max_length=60, blank=True)  # Where it called from last.
    company_file = models.CharField(max_length=500, blank=True)  # Which it had open last.
    key = models.CharField(max_length=120)  # The name in capitals, or the address.
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    refused_at = models.DateTimeField(null=True)  # Last, by itself or by a person.
    barred_at = models.DateTimeField(null=True)  # By a person: it never takes over by itself.

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "key"], name="computer_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.address


class Session(models.Model):
    """One session of the Web Connector that was given something to do."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="sessions")
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ticket_digest = models.CharField(max_length=64, unique=True)
    epoch = models.PositiveIntegerField()
    state = models.CharField(max_length=16)  # A qbwc.transitions.SessionState.
    address = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    last_call_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=300, blank=True)  # How, in words; empty while it runs.

    is_verified = models.BooleanField(default=False)  # The right company file, and fit to write to.
    is_checked = models.BooleanField(default=False)  # Whether the file is the one we left.
    qbxml_major = models.PositiveSmallIntegerField(default=0)
    qbxml_minor = models.PositiveSmallIntegerField(default=0)
    reads = models.JSONField(default=list)  # What is still to be read: see reading.py.
    # Entries of a document QuickBooks refused whole, in groups: see sync/halving.py.
    suspects = models.JSONField(default=list)
    cursor_rank = models.PositiveSmallIntegerField(default=0)
    cursor_id = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    # Pending still, but not again in this session.
    put_off = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    percent = models.SmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    connection_errors = models.PositiveSmallIntegerField(default=0)
    message_set = models.ForeignKey(
        "MessageSet", models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["connection", "-id"], name="session_newest"),
            models.Index(
                fields=["connection"], name="session_open", condition=Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.pk}"


class MessageSet(models.Model):
    """One document for QuickBooks, stored whole before it leaves."""

    class Purpose(models.TextChoices):
        WRITE = "write"
        READ = "read"
        ASK = "ask"  # QuickBooks, for the answer it stored to a write whose answer was lost.
        LOOK = "look"  # For the records of such a write, by their marks.
        CHECK = "check"  # The company file's condition, when nothing else is to be said.
        PROBE = "probe"  # Of a sample company: see probing.py.
        FENCE = "fence"  # What stops late copies: see fencing.py.

    class Status(models.TextChoices):
        SENT = "sent"
        ANSWERED = "answered"
        REFUSED = "refused"  # As a whole: QuickBooks ran none of it.
        IN_DOUBT = "in_doubt"  # Nobody knows yet whether QuickBooks ran it.
        ABSENT = "absent"  # QuickBooks stored no answer to it: to be looked for.
        RESOLVED = "resolved"
        DROPPED = "dropped"  # A reading whose answer was lost: asked for anew.

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="message_sets")
    session = models.ForeignKey(Session, models.CASCADE, related_name="message_sets")
    purpose = models.CharField(max_length=5, choices=Purpose)
    status = models.CharField(max_length=8, choices=Status, default=Status.SENT)
    set_id = models.CharField(max_length=23, blank=True)  # newMessageSetID; only writes have one.
    # What the document writes into the link record, which it begins with: see fencing.py.
    fence_mark = models.CharField(max_length=23, blank=True, db_default="")
    about = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    content = models.JSONField(default=list)  # What each request is for: see message_sets.py.
    body = models.BinaryField()  # The document's exact bytes, compressed.
    sent_at = models.DateTimeField()
    # QuickBooks knows the id already: the lost document cannot be run under it any more.
    is_sealed = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    answer_digest = models.CharField(max_length=64, blank=True)
    answer_number = models.SmallIntegerField(null=True)  # What receiveResponseXML was answered.

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["connection", "id"],
                name="set_unresolved",
                condition=Q(status__in=["sent", "in_doubt", "absent"]),
            ),
        ]

    def __str__(self) -> str:
        return self.set_id or f"{self.purpose} {self.pk}"


class SyncEntry(models.Model):
    """One record of ours and where it stands with QuickBooks; a row of the sync log."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="entries", db_index=False
    )
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rank = models.PositiveSmallIntegerField()  # The kind, as RANK: the order of sending.
    record_id = models.BigIntegerField()
    record_guid = models.UUIDField()
    title = models.CharField(max_length=255)  # A name or number, for the log and its search.
    state = models.CharField(max_length=24, default=State.PENDING)

    record_revision = models.PositiveIntegerField()
    wanted_revision = models.PositiveIntegerField(default=0)  # 0: nobody asked for it yet.
    synced_revision = models.PositiveIntegerField(default=0)  # 0: QuickBooks has never taken it.

    quickbooks_id = models.CharField(max_length=36, blank=True)  # ListID or TxnID.
    quickbooks_type = models.CharField(max_length=30, blank=True)  # Such as ItemServiceRet.
    edit_sequence = models.CharField(max_length=16, blank=True)
    # It was in QuickBooks before it was linked: what is empty here is not emptied there.
    adopted = models.BooleanField(default=False)
    two_sided = models.BooleanField(default=False)  # An item with a purchase side.
    quickbooks_name = models.CharField(max_length=159, blank=True)
    name_folded = models.CharField(max_length=159, blank=True)
    # The name a person chose for QuickBooks; it holds until the record's own name is changed.
    chosen_name = models.CharField(max_length=41, blank=True, db_default="")
    # Fingerprints of what QuickBooks took last, field by field: see sync.written.
    written = models.CharField(max_length=120, blank=True, db_default="")
    line_ids = models.JSONField(default=list)  # As sync.content.Known has them.
    differs_by = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    # A person said that QuickBooks' total may stay as it is, while it differs by exactly this.
    accepted_difference = models.DecimalField(max_digits=15, decimal_places=2, null=True)

    waiting_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="waiters", db_index=False
    )
    code = models.CharField(max_length=40, blank=True)  # Of words.py: why it stands there.
    message = models.TextField(blank=True)
    said = models.TextField(blank=True)  # QuickBooks' own words.
    tries = models.PositiveIntegerField(default=0)
    look_first = models.BooleanField(default=False)  # May be there already: ask before adding.
    # The session in which it was looked for and not found: in a later one another file may be open.
    looked_in = models.BigIntegerField(default=0, db_default=0)
    number_free_in = models.BigIntegerField(default=0, db_default=0)  # The session that found so.
    message_set = models.ForeignKey(
        MessageSet, models.SET_NULL, null=True, related_name="entries", db_index=False
    )
    tried_in = models.BigIntegerField(default=0)  # The session that put it off: not again in it.
    void_there = models.CharField(max_length=6, blank=True, db_default="")  # A sync.voiding.There.
    # A person asked to delete in QuickBooks what the initial sync made there: see undoing.py.
    take_back_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=254, blank=True)
    queued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "rank", "record_id"], name="entry_once"),
            models.CheckConstraint(
                condition=Q(synced_revision__lte=models.F("record_revision")),
                name="entry_not_ahead",
            ),
        ]
        indexes: ClassVar = [
            # The next to send, in order; what is done costs nothing.
            models.Index(
                fields=["connection", "rank", "id"],
                name="entry_pending",
                condition=Q(state=State.PENDING),
            ),
            models.Index(
                fields=["connection", "rank", "id"],
                name="entry_to_look_for",
                condition=Q(state=State.PENDING, look_first=True),
            ),
            models.Index(
                fields=["connection"], name="entry_looked_for", condition=Q(looked_in__gt=0)
            ),
            models.Index(fields=["connection", "state", "-id"], name="entry_by_state"),
            models.Index(fields=["connection", "-id"], name="entry_newest"),
            # The log between two days, of one person or program, of one session: see log_filters.
            models.Index(fields=["connection", "-updated_at", "-id"], name="entry_changed"),
            models.Index(
                fields=["connection", "asked_by", "-updated_at", "-id"],
                name="entry_asked_by",
                condition=Q(asked_by__gt=""),
            ),
            models.Index(
                fields=["connection", "-id"], name="entry_by_itself", condition=Q(asked_by="")
            ),
            models.Index(
                fields=["connection", "-sent_at", "-id"],
                name="entry_sent",
                condition=Q(sent_at__isnull=False),
            ),
            models.Index(fields=["connection", "name_folded"], name="entry_name"),
            models.Index(fields=["connection", "quickbooks_id"], name="entry_quickbooks_id"),
            # A list of records by their state, in the records' own order.
            models.Index(
                fields=["connection", "rank", "state", "-record_id"], name="entry_state_record"
            ),
            models.Index(
                fields=["waiting_on"], name="entry_waiters", condition=Q(state=State.WAITING)
            ),
            models.Index(
                fields=["message_set"],
                name="entry_in_set",
                condition=Q(message_set__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"

    @property
    def kind(self) -> Kind:
        """Which kind of record it is."""
        return KIND_OF_RANK[self.rank]

    @property
    def differs(self) -> bool:
        """Whether QuickBooks' total is another than ours, and nobody has accepted that."""
        return bool(self.differs_by) and self.differs_by != self.accepted_difference


class EntryCount(models.Model):
    """How many entries there are, kept by the database itself: see counting.py."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    rank = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=24)
    number = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["connection", "rank", "state"], name="entry_count_place"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class RecordCount(models.Model):
    """How many records of the office there are, kept by the database itself: see counting.py."""

    business = models.ForeignKey(
        Business, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    rank = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["business", "rank"], name="record_count_place"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {KIND_OF_RANK[self.rank]}"


class EntryEvent(models.Model):
    """A line of an entry's timeline: what happened, and who or what did it."""

    entry = models.ForeignKey(SyncEntry, models.CASCADE, related_name="events", db_index=False)
    at = models.DateTimeField()
    state = models.CharField(max_length=24)
    actor = models.CharField(max_length=254, blank=True)
    message = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["entry", "id"], name="event_of_entry")]

    def __str__(self) -> str:
        return self.state


class Finding(models.Model):
    """What a comparison after an absence found otherwise in QuickBooks: changed, or gone."""

    class What(models.TextChoices):
        CHANGED = "changed"
        GONE = "gone"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    entry = models.ForeignKey(SyncEntry, models.CASCADE, related_name="+", db_index=False)
    what = models.CharField(max_length=8, choices=What)
    changed_at = models.CharField(max_length=40, blank=True)  # TimeModified, in QuickBooks' words.

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "entry"], name="finding_once"),
        ]

    def __str__(self) -> str:
        return self.what


class Exchange(models.Model):
    """One call of the Web Connector inside a session, and our answer; secrets left out."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="exchanges")
    session = models.ForeignKey(Session, models.CASCADE, related_name="exchanges", db_index=False)
    message_set = models.ForeignKey(MessageSet, models.SET_NULL, null=True, db_index=False)
    at = models.DateTimeField(db_index=True)
    operation = models.CharField(max_length=24)
    answer = models.CharField(max_length=300, blank=True)  # Short ones; documents are in the set.
    hresult = models.CharField(max_length=20, blank=True)
    message = models.TextField(blank=True)
    body = models.BinaryField(default=b"")  # The document from QuickBooks, compressed.

    class Meta:
        indexes: ClassVar = [models.Index(fields=["session", "id"], name="exchange_of_session")]

    def __str__(self) -> str:
        return self.operation


class QuickBooksRecord(models.Model):
    """A list record read from QuickBooks: an account, an item, a customer, a tax code and so on."""

    class List(models.TextChoices):
        ACCOUNTS = "accounts"
        ITEMS = "items"  # Of all types, tax items among them.
        ENTITIES = "entities"  # Customers, vendors, employees and other names: one name space.
        TERMS = "terms"
        PAYMENT_METHODS = "payment-methods"
        TAX_CODES = "tax-codes"
        CLASSES = "classes"

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="records", db_index=False
    )
    list = models.CharField(max_length=16, choices=List)
    list_id = models.CharField(max_length=36)
    type = models.CharField(max_length=30)  # Such as CustomerRet or ItemServiceRet.
    name = models.CharField(max_length=209)
    full_name = models.CharField(max_length=209)
    name_folded = models.CharField(max_length=209)  # Of the full name: what must be unique.
    is_active = models.BooleanField(default=True)
    sublevel = models.PositiveSmallIntegerField(default=0)
    edit_sequence = models.CharField(max_length=16, blank=True)
    external_guid = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict)
    run = models.BigIntegerField(default=0)  # The reading that saw it last.

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "list", "list_id"], name="record_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["connection", "list", "name_folded"], name="record_name"),
        ]

    def __str__(self) -> str:
        return self.full_name


class StagedPage(models.Model):
    """A page of a list on its way: what it says is used only once the list has come whole."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    run = models.BigIntegerField()  # The session that reads it.
    reading = models.CharField(max_length=16)  # A key of reading.READINGS.
    body = models.BinaryField()  # The rows of QuickBooksRecord to be, as JSON, compressed.

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["connection", "reading", "id"], name="staged_order"),
        ]

    def __str__(self) -> str:
        return f"{self.reading} {self.pk}"


class PlanRow(models.Model):
    """What the initial sync will do with one record of ours, of theirs, or with a pair."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="plan", db_index=False)
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rank = models.PositiveSmallIntegerField()
    record_id = models.BigIntegerField(null=True)  # Ours.
    record_guid = models.UUIDField(null=True)
    record_name = models.CharField(max_length=255, blank=True)
    theirs = models.ForeignKey(QuickBooksRecord, models.SET_NULL, null=True, db_index=False)
    # A customer that ours may be although no rule says so; for a person to look at.
    near = models.ForeignKey(
        QuickBooksRecord, models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    decision = models.CharField(max_length=20)
    is_clash = models.BooleanField(default=False, db_default=False)  # Its name is taken there.
    decided_by = models.CharField(max_length=254, blank=True, db_default="")  # "": by the rules.
    undone_at = models.DateTimeField(null=True)
    new_name = models.CharField(max_length=41, blank=True)
    reason = models.TextField(blank=True)
    # Rows of one number may belong together: one decided leaves its others. 0: nothing to ask.
    question = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["connection", "id"], name="plan_order"),
            models.Index(fields=["connection", "decision", "id"], name="plan_decision"),
            models.Index(fields=["connection", "rank", "record_id"], name="plan_of_record"),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.record_name}"

    @property
    def kind(self) -> Kind:
        """Whether the row is about a client or an item."""
        return KIND_OF_RANK[self.rank]
