"""One world of one seed: let it run with faults, stop them, and look what has become of it."""

import hashlib
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from fieldledger.accounts.models import Business
from fieldledger.office import services as office_services
from fieldledger.proving.world.bookkeeper import Bookkeeper
from fieldledger.proving.world.by_hand import put_right
from fieldledger.proving.world.chance import made_up_ids, stream
from fieldledger.proving.world.company_files import CompanyFiles, awkward, other_company
from fieldledger.proving.world.computers import AwkwardCompany, Computer
from fieldledger.proving.world.database import Database
from fieldledger.proving.world.faults import Faults, Kind, SeededPlan
from fieldledger.proving.world.network import Network, document_in, is_mixed, number_in
from fieldledger.proving.world.office import Office, pause, switch
from fieldledger.proving.world.oracle import Broken, Oracle, Problem
from fieldledger.quickbooks import fencing, passwords, services
from fieldledger.quickbooks.company import OWNER_ID
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import Connection, Stage, SyncEntry
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, WebConnector
from fieldledger.simulator.sample import Sizes
from fieldledger.simulator.soap import Call, Reply
from fieldledger.simulator.variant import Variant
from fieldledger.sync import sizing
from fieldledger.sync.content import State
from fieldledger.sync.fence import Fence

BEGINNING: Final = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
BEATS: Final = (8, 14, 20)  # Times that people work and then a Web Connector calls.
SESSIONS_MAX: Final = 120  # Without faults, until it must be quiet.
CALM: Final = 0.35  # Of the beats, whose sessions have no trouble.
STEPS_MAX: Final = 400  # Of one beat: a session that never ends is a failure too.
ROUNDS_OF_CLEARING_UP: Final = 4
# Seldom, so that what a dead Web Connector holds has been given up for lost and sent again.
WAKES_IN_A_SESSION: Final = 0.03
WAKES_BETWEEN: Final = 0.12
PASSWORD: Final = "a-password-of-24-letters"  # noqa: S105 - of a world that does not exist.
COMPLETE: Final = 100  # What receiveResponseXML answers when all is done.
_WAITING_FOR_REFUSED: Final = (
    "SELECT entry.id FROM quickbooks_syncentry entry JOIN quickbooks_syncentry parent"
    " ON entry.waiting_on_id = parent.id WHERE entry.state = 'waiting' AND parent.state = 'failed'"
)
_SET_IDS: Final = "SELECT set_id FROM quickbooks_messageset WHERE set_id <> ''"
_HALF_READ: Final = re.compile(r"""["']iterator["']: ["']\{""")  # In JSON, and in Python's words.
PAGE: Final = 6  # Records: so that a small company has several pages.


@dataclass(frozen=True, slots=True)
class Template:
    """Where a world begins: our database, and the company file as text."""

    database: bytes
    company: str
    business_id: int
    made_for: Mapping[str, tuple[int, UUID]] = field(default_factory=dict)  # As the oracle's.


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a seed."""

    seed: int
    problems: tuple[Problem, ...]
    trace: tuple[str, ...]
    digest: str  # Of the trace: the same seed, the same run.
    calls: int
    faults: dict[str, int]
    failures: dict[int, int]
    records: int

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, doubled, stale, foreign, stuck or a lie."""
        return not self.problems


@dataclass(slots=True)
class Clock:
    """Virtual time."""

    now: datetime = BEGINNING

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class World:
    """Everything there is, in one thread."""

    def __init__(
        self, *, seed: int, database: Database, template: Template, variant: Variant, faults: Faults
    ) -> None:
        self.seed = seed
        self.database = database
        self.faults = faults
        self.chance = stream(seed, "world")
        self.clock = Clock()
        self.trace: list[str] = []
        database.restart()
        database.bring_back(template.database)
        CONTACTS.__init__()  # type: ignore[misc]
        self.skew = timedelta()  # Of the PC's clock, and of the server's.
        self.server_skew = timedelta()
        self.bookkeeper = Bookkeeper(faults)
        self.files = CompanyFiles(
            company=awkward(template.company, variant),
            other=other_company(variant),
            faults=faults,
            bookkeeper=self.bookkeeper,
            chance=self.chance,
            note=self.note,
            refused=self._poison_refused,
        )
        chances = stream(seed, "office"), stream(seed, "use of credits")
        self.office = Office(template.business_id, chances[0], self.server_time, uses=chances[1])
        self.office.meet(faults)
        connection = self.office.connection
        self.oracle = Oracle(
            connection.pk, self.bookkeeper, database.query, dict(template.made_for)
        )
        self.oracle.office = self.office
        self.network = Network(
            database=database,
            faults=faults,
            chance=stream(seed, "engine"),
            clock=self.server_time,
            watch=self._watch,
            note=self.note,
        )
        self.computers = [self._computer(name, connection) for name in ("OFFICE-PC", "LAPTOP")]
        self.backups: list[bytes] = []
        self.beats: Sequence[int] = BEATS
        self.watches = 0  # Every how many beats what was sent is looked at; 0: at night alone.
        self.orders: list[Callable[[], str]] = []  # What the office does first in each beat.
        self.poisoned = 0  # The session in which a document was last refused for its poison.
        self.waiting: set[int] = set()  # Entries seen waiting for what was refused.

    @property
    def company(self) -> AwkwardCompany:
        """The company file that we are to write to."""
        return self.files.company

    def server_time(self) -> datetime:
        """Return what the server's clock says."""
        return self.clock.now + self.server_skew

    def note(self, line: str) -> None:
        """Write a line of the trace."""
        self.trace.append(f"{self.clock.now:%d %H:%M:%S} {line}")

    def _computer(self, name: str, connection: Connection) -> Computer:
        connector = WebConnector(
            desk=Desk.of(self.company),
            username=connection.username,
            password=PASSWORD,
            clock=lambda: self.clock.now + self.skew,
            owner_id=f"{{{OWNER_ID}}}",
            file_id=f"{{{connection.file_id}}}",
            machine=name,
            answered=self._answered,
            plan=SeededPlan(self.faults),
        )
        return Computer(name, connector, self.network, self.faults, self.note)

    # --- What is watched ---

    def _watch(self, call: Call, reply: Reply) -> None:
        if self.database.in_transaction:
            raise Broken(Problem("lie", f"{call.operation} was answered before the commit."))
        self.oracle.sent(document_in(call, reply))
        if call.operation == "receiveResponseXML" and is_mixed(call):
            self.faults.saw(39)
        self.oracle.check_rows()
        if number_in(call, reply) == COMPLETE:
            self.oracle.finished()

    def _answered(self, company: Company) -> None:
        oracle, other = self.oracle, self.files.other
        check = oracle.check_other if company is other else oracle.check_company
        check(company)

    def _poison_refused(self) -> None:
        self.faults.saw(40)
        session = sum(each.sessions for each in self.computers)
        if session != self.poisoned:  # Its halves are no new fault.
            self.poisoned = session
            self.faults.count(Kind.POISON)

    # --- The run ---

    def run(self) -> list[Problem]:
        """Let it all happen; return what should never have."""
        try:
            for number in range(self.chance.choice(self.beats)):
                self._beat(number)
            self._stop_faults()
            return self._settle()
        except Broken as found:
            self.note(str(found))
            return [found.problem]
        except Exception as error:  # noqa: BLE001 - a bug of the program is a verdict, too.
            where = traceback.extract_tb(error.__traceback__)[-1]
            words = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
            self.note(words)
            return [Problem("error", words)]

    def _beat(self, number: int) -> None:
        self.clock.pass_by(self.chance.choice((20, 120, 130, 600, 4000)))
        if number < len(self.orders):
            self.note(f"office, as ordered: {self.orders[number]()}")
        for _ in range(self.chance.randint(1, 3)):
            self._office_acts()
        self._go_on_with_the_set_up()
        self._trouble()
        self._watch_what_was_sent(number)
        computers = [self.computers[0]]
        if self.faults.strikes(Kind.SECOND_COMPUTER, more=2):
            self.faults.count(Kind.SECOND_COMPUTER)
            computers.append(self.computers[1])
        # Trouble without end would keep everything at its beginning.
        self.faults.resting = self.chance.random() < CALM
        self._sessions(computers)
        self.faults.resting = False
        if self.faults.strikes(Kind.CLOCK_WRONG):
            self.faults.count(Kind.CLOCK_WRONG)
            self.skew = timedelta(hours=self.faults.draw(Kind.CLOCK_WRONG, 53) - 26)
            self.note(f"the PC's clock is wrong by {self.skew}")
        if self.faults.strikes(Kind.SERVER_CLOCK):
            self.faults.count(Kind.SERVER_CLOCK)
            self.server_skew = timedelta(hours=self.faults.draw(Kind.SERVER_CLOCK, 53) - 26)
            self.note(f"the server's clock is wrong by {self.server_skew}")

    def _watch_what_was_sent(self, number: int) -> None:
        if self.watches and number % self.watches == 0:
            try:
                services.look_now(self.office.connection, actor="Dana", now=self.server_time())
                self.note("what was sent is to be looked at")
            except NotPossible:
                pass

    def _office_acts(self) -> None:
        self.clock.pass_by(self.chance.choice((0, 1, 20)))
        self.note(f"office: {self.office.act()}")
        self.oracle.check_rows()

    def _sessions(self, computers: list[Computer]) -> None:
        for each in computers:
            each.begin()
        for _ in range(STEPS_MAX):
            busy = [each for each in computers if each.is_busy]
            if not busy:
                self._see_who_waits()
                return
            self.clock.pass_by(self.chance.choice((0, 0.2, 1, 3)))
            self._advance(self.chance.choice(busy))
            self._meanwhile()
        raise Broken(Problem("stuck", f"A session did not end within {STEPS_MAX} calls."))

    def _see_who_waits(self) -> None:
        waiting = {key for (key,) in self.database.query(_WAITING_FOR_REFUSED, ())}
        for _ in waiting - self.waiting:
            self.faults.saw(38)
        self.waiting |= waiting

    def _advance(self, computer: Computer) -> None:
        computer.advance()
        ended = computer.last
        if not computer.is_busy and ended is not None and ended.outcome in {"died", "failed"}:
            reads = self.database.query(
                "SELECT reads FROM quickbooks_session ORDER BY id DESC LIMIT 1", ()
            )
            if reads and _HALF_READ.search(str(reads[0][0])):
                self.faults.saw(43)

    def _meanwhile(self) -> None:
        """Let something happen in the middle of a session."""
        if self.faults.stopped:
            return
        if self.chance.random() < 0.08:
            said = self.office.change_what_is_sent() if self.chance.random() < 0.6 else ""
            if said:
                self.faults.saw(51 if said.startswith("void") else 52)
                self.note(f"office, in flight: {said}")
            else:
                self._office_acts()
        if self.chance.random() < WAKES_IN_A_SESSION:
            self._wake_one()
        self._migrate()
        now = self.server_time()
        for kind, turn in (
            (Kind.SWITCHED_OFF, switch),
            (Kind.PAUSED, pause),
        ):
            if self.faults.strikes(kind, more=0.3):
                self.faults.count(kind)
                connection = self.office.connection
                is_on = connection.enabled if kind == Kind.SWITCHED_OFF else connection.paused
                turn(connection, on=not is_on, now=now)
                self.note(f"{kind}: {'on' if not is_on else 'off'}")
        if self.faults.strikes(Kind.PASSWORD_RENEWED, more=0.2) and self.office.connection.enabled:
            self.faults.count(Kind.PASSWORD_RENEWED)
            made = services.new_password(self.office.connection, actor="Dana", now=now)
            self.computers[0].connector.password = made.password
            self.note("a new password")

    def _migrate(self) -> None:
        """Migrate while a document is under way, as the next version of the server does."""
        if not self.faults.strikes(Kind.SCHEMA_MIGRATED, more=3):
            return
        under_way = (
            "SELECT 1 FROM quickbooks_messageset WHERE status = 'sent' AND purpose = 'write'"
        )
        if self.database.query(under_way, ()):
            self.faults.count(Kind.SCHEMA_MIGRATED)
            self.database.migrate_on()
            self.network.restart()
            self.note("the schema is migrated and the server replaced")

    def _wake_one(self) -> None:
        for each in self.computers:
            if each.wake():
                return

    def _go_on_with_the_set_up(self) -> None:
        connection = self.office.connection
        if not connection.enabled:
            services.set_enabled(connection, enabled=True, actor="Dana", now=self.server_time())
            self.note("the feature is switched on")
        if connection.paused and self.chance.random() < 0.5:
            services.resume(connection, actor="Dana", now=self.server_time())
            self.note("the sync is resumed")
        if connection.stage == Stage.ONGOING:
            return
        try:
            services.go_next(connection, actor="Dana", now=self.server_time())
            self.note(f"set-up: on from {connection.stage}")
        except NotPossible:
            pass

    # --- Trouble between sessions ---

    def _trouble(self) -> None:
        for line in self.bookkeeper.act(self.company, self.clock.now + self.skew):
            self.note(line)
        if self.chance.random() < WAKES_BETWEEN:
            self._wake_one()
        self._our_database()
        self.files.pass_by(self.clock.now + self.skew)
        self._open_files()

    def _our_database(self) -> None:
        if Kind.DATABASE_RESTORED not in self.faults.rates:
            return
        if self.backups and self.faults.strikes(Kind.DATABASE_RESTORED):
            self.faults.count(Kind.DATABASE_RESTORED)
            self._bring_back(self.backups[-1])
        if self.chance.random() < 0.2:
            self.backups.append(self.database.save())
            self.note("our database is backed up")

    def _bring_back(self, backup: bytes) -> None:
        """Restore our database, as the command does, and do on the PCs what it then asks for.

        The password is typed anew, and every Web Connector is closed and started again: a document
        that one of them holds and that is younger than the backup is one that nobody remembers.
        Under the link record that one is dead, so there it may come.
        """
        self.database.bring_back(backup)
        self.network.restart()
        services.database_restored(now=self.server_time())
        connection = self.office.connection
        switch(connection, on=True, now=self.server_time())
        made = services.new_password(connection, actor="Dana", now=self.server_time())
        self.computers[0].connector.password = made.password
        if not fencing.uses_link(connection):
            known = {each[0] for each in self.database.query(_SET_IDS, ())}
            for each in self.computers:
                each.start_anew(known)
        self.note("our database is restored")

    def _open_files(self) -> None:
        opened = self.files.opened()
        for each in self.computers:
            each.connector.desk.open(opened)

    # --- The end ---

    def _stop_faults(self) -> None:
        self.note("--- the faults stop ---")
        self.faults.stopped = True
        self.skew = self.server_skew = timedelta()
        self.network.full_for = 0
        self.bookkeeper.stop(self.company)
        for each in self.computers:
            each.connector.desk.open(self.company)
        connection = self.office.connection
        switch(connection, on=True, now=self.server_time())
        pause(connection, on=False, now=self.server_time())
        while any(each.held for each in self.computers):
            self.clock.pass_by(self.chance.choice((1, 60)))
            self._wake_one()
            if self.chance.random() < 0.5:
                self._sessions([self.computers[0]])

    def _settle(self) -> list[Problem]:
        """Let it become quiet, do what the log asks a person for, and look."""
        problems = self._become_quiet()
        if problems:
            return problems
        if self.faults.strikes_last(Kind.FILE_RESTORED) and self.files.backups:
            self.files.bring_back(Kind.FILE_RESTORED, self.clock.now)
            self.bookkeeper.stop(self.company)  # The backup may be of a time with closed books.
        # The next day's look at the company file, which nobody asks for.
        self.clock.pass_by(25 * 3600)
        problems = self._become_quiet() or self.oracle.check_log(self.company)
        for _ in range(ROUNDS_OF_CLEARING_UP):
            if problems:
                return problems
            for line in put_right(self.company, self.oracle.made_for, self.clock.now):
                self.note(line)
            moved, said = self.office.clear_up()
            self.note(f"office: {said}")
            if not moved:
                break
            problems = self._become_quiet()
            if self.oracle.is_the_night_awaited():
                self.clock.pass_by(25 * 3600)
                problems = problems or self._become_quiet()
            problems = problems or self.oracle.check_log(self.company)
        return problems or self.oracle.check_end(self.company)

    def _become_quiet(self) -> list[Problem]:
        """Run sessions until there is nothing to do."""
        for _ in range(SESSIONS_MAX):
            self.clock.pass_by(120)
            self._go_on_with_the_set_up()
            self._sessions([self.computers[0]])
            last = self.computers[0].last
            is_set_up = self.office.connection.stage == Stage.ONGOING
            if last is not None and last.outcome == "none" and is_set_up:
                return []
        states = SyncEntry.objects.exclude(state__in=(State.SYNCED, State.CHANGED))
        found = ", ".join(f"{each.pk} {each.state}" for each in states[:10])
        return [Problem("stuck", f"Not quiet after {SESSIONS_MAX} sessions: {found}")]


@contextmanager
def small_pages() -> Iterator[None]:
    """Let pages that are small already become smaller still meanwhile."""
    before = sizing.PAGE_MIN
    sizing.PAGE_MIN = 1  # type: ignore[misc]
    try:
        yield
    finally:
        sizing.PAGE_MIN = before  # type: ignore[misc]


def run_world(
    seed: int,
    *,
    database: Database,
    templates: tuple[Template, ...],
    variant: Variant,
    without: Iterable[Kind] = (),
    only: Iterable[Kind] = (),
    watches: int = 0,
) -> Verdict:
    """Run one seed and judge it; the same arguments, the same verdict."""
    faults = Faults(seed, without=without, only=only)
    with made_up_ids(stream(seed, "ids")), database.in_use(), small_pages():
        template = stream(seed, "template").choice(templates)
        world = World(
            seed=seed, database=database, template=template, variant=variant, faults=faults
        )
        world.watches = watches
        problems = world.run()
        records = SyncEntry.objects.count()
    return Verdict(
        seed=seed,
        problems=tuple(problems),
        trace=tuple(world.trace),
        digest=hashlib.sha256("\n".join(world.trace).encode()).hexdigest(),
        calls=world.network.calls,
        faults={str(kind): count for kind, count in faults.happened.items()},
        failures=dict(faults.failures),
        records=records,
    )


def make_templates(
    database: Database, empty: bytes, variant: Variant, strategy: str
) -> tuple[Template, ...]:
    """Return where worlds begin: before the set-up, and after it (three times as often).

    `empty` is the database with nothing in its tables. What was found out of QuickBooks in the
    set-up is what the variant does.
    """
    with made_up_ids(stream(0, "templates")), database.in_use(), small_pages():
        database.bring_back(empty)
        business = _office_of_the_beginning(strategy)
        company = Company.fresh(seed=1, now=BEGINNING - timedelta(days=30), sizes=Sizes())
        before = Template(database.save(), company.to_json(), business.pk)
        world = World(
            seed=0,
            database=database,
            template=before,
            variant=variant,
            faults=Faults(0, without=Kind),
        )
        world.office.applies = 0.0
        problems = world._become_quiet()  # noqa: SLF001 - of this module.
        assert not problems, problems
        after = Template(
            database.save(), world.company.to_json(), business.pk, world.oracle.made_for
        )
    return (before, after, after, after)


def _office_of_the_beginning(strategy: str) -> Business:
    now = BEGINNING
    business = Business.objects.create(name="Harbor Plumbing", created_at=now)
    for name in ("Anna Smith", "Lawn Depot", "Hiro Nguyen"):
        office_services.create_client(
            business=business, values={"name": name, "phone": "555-0100"}, now=now
        )
    for name in ("Leak repair", "Labor"):
        office_services.create_item(
            business=business, values={"name": name, "price": "95.00"}, now=now
        )
    office_services.create_tax_rate(
        business=business, values={"name": "State Tax 7.25", "percent": "7.25"}, now=now
    )
    connection = services.connection_of(business)
    services.set_enabled(connection, enabled=True, actor="Dana", now=now)
    connection.refresh_from_db()
    # What the set-up's third step will ask for; the worlds begin before it.
    connection.review = False
    connection.import_clients = connection.import_items = True
    connection.fence = strategy
    connection.page_size = PAGE
    connection.password_digest = passwords.digest_of(PASSWORD)
    connection.save()
    return business


@dataclass(slots=True)
class Ground:
    """What a program keeps for its worlds: a database, and where they begin."""

    database: Database = field(default_factory=Database)
    strategy: str = Fence.AUTO
    templates: dict[Variant, tuple[Template, ...]] = field(default_factory=dict)
    empty: bytes = b""  # The database with nothing in its tables, made where it is not given.
    watches: int = 0

    def __post_init__(self) -> None:
        if not self.empty:
            with self.database.in_use():
                self.database.make_tables()
                self.empty = self.database.save()

    def templates_of(self, variant: Variant) -> tuple[Template, ...]:
        """Return where the variant's worlds begin, made on first use."""
        if variant not in self.templates:
            self.templates[variant] = make_templates(
                self.database, self.empty, variant, self.strategy
            )
        return self.templates[variant]

    def run(
        self,
        seed: int,
        *,
        variant: Variant,
        without: Iterable[Kind] = (),
        only: Iterable[Kind] = (),
    ) -> Verdict:
        """Run one seed; see run_world."""
        return run_world(
            seed,
            database=self.database,
            templates=self.templates_of(variant),
            variant=variant,
            without=without,
            only=only,
            watches=self.watches,
        )
