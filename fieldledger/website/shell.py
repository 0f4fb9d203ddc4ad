"""What stands around every page: the main menu with its counts, the lamp, the appearance."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.models import Business, Membership
from fieldledger.accounts.pages import People
from fieldledger.accounts.roles import RIGHTS, Right, may
from fieldledger.quickbooks.models import Connection, Stage
from fieldledger.quickbooks.pages.access import SET_UP
from fieldledger.quickbooks.pages.banner import Banner, banner_of
from fieldledger.quickbooks.pages.lamp import Lamp, lamp_of, needs_you_count
from fieldledger.website.help.chapters import chapter_at
from fieldledger.website.pages.home import APPEARANCE_COOKIE, APPEARANCES


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line of the main menu."""

    words: str
    url: str
    icon: str
    current: bool
    count: int = 0
    key: str = ""  # After g, this letter goes there.


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Some lines of the main menu, under a title."""

    title: str
    links: tuple[Link, ...]


class Shell:
    """The frame of a page; asks the database only when a template shows it."""

    def __init__(self, request: HttpRequest, membership: Membership) -> None:
        self._path, self._inner_path = request.path, request.path_info
        self.page_name = (request.resolver_match and request.resolver_match.url_name) or ""
        self._role = membership.role
        self._business_id = membership.business_id
        self.people = People(membership.business)

    @cached_property
    def connection(self) -> Connection | None:
        """The business's connection, for those who may see it."""
        if not may(self._role, Right.QUEUE):
            return None
        return Connection.objects.filter(business_id=self._business_id).first()

    @cached_property
    def lamp(self) -> Lamp | None:
        """How the line to QuickBooks is; None where the add-on is off."""
        if self.connection is None or not self.connection.enabled:
            return None
        return lamp_of(self.connection, now=timezone.now())

    @cached_property
    def banner(self) -> Banner | None:
        """What everybody should know of the link to QuickBooks now."""
        return banner_of(self.connection) if self.connection is not None else None

    @cached_property
    def needs_you(self) -> int:
        """How many records in the sync log need a person."""
        return needs_you_count(self.connection) if self.connection else 0

    @cached_property
    def help_chapter(self) -> str:
        """Where the help opens on this page."""
        stage = self.connection.stage if self.page_name == "setup" and self.connection else ""
        return chapter_at(self.page_name, stage)

    @cached_property
    def sections(self) -> list[Section]:
        """Return the main menu as this person may use it."""
        office = [self._link("Home", "home", "home", key="h")]
        if may(self._role, Right.SEE_MONEY):
            office.append(
                self._link("Invoices", "invoices", "invoice", under="/payments/", key="i")
            )
        office.append(self._link("Clients", "clients", "client", key="c"))
        office.append(self._link("Items", "items", "item", key="t"))
        if may(self._role, Right.SEE_MONEY):
            office.append(self._link("Reports", "reports", "report", key="p"))
        if may(self._role, Right.EDIT_ITEMS):
            office.append(self._link("Tax rates", "tax_rates", "percent", key="r"))
        if may(self._role, Right.READ_RAW):
            office.append(self._link("Audit trail", "audit_trail", "clock"))
        sections = [Section(title="", links=tuple(office))]
        if self.connection is not None and self.connection.enabled:
            sections.append(Section(title="QuickBooks Desktop", links=self._quickbooks()))
        if may(self._role, Right.CONNECT):
            links = (self._link("Feature Center", "features", "features", key="f"),)
            sections.append(Section(title="Add-ons", links=links))
        return sections

    def _quickbooks(self) -> tuple[Link, ...]:
        assert self.connection is not None
        links = [
            self._link("Overview", "quickbooks", "quickbooks", exact=True, key="q"),
            self._link("Attention", "attention", "attention", count=self.needs_you, key="n"),
            self._link("Sync log", "sync_log", "log", key="l"),
        ]
        if may(self._role, Right.MAP) and self.connection.stage in {
            Stage.INITIAL_SYNC,
            Stage.ONGOING,
        }:
            links.append(self._link("Mapping", "mapping", "map", key="m"))
            links.append(self._link("Settings", "quickbooks_settings", "settings", key="s"))
        if may(self._role, Right.CONNECT) and self.connection.stage not in SET_UP:
            links.append(self._link("Connection", "connection", "computer"))
        if may(self._role, Right.CONNECT) and self.connection.initial_completed_at is not None:
            links.append(self._link("Runs and undo", "runs", "undo"))
        return tuple(links)

    def _link(
        self,
        words: str,
        view: str,
        icon: str,
        *,
        exact: bool = False,
        under: str = "",
        count: int = 0,
        key: str = "",
    ) -> Link:
        url = reverse(view)
        exact = exact or view == "home"
        current = self._path == url or (not exact and self._path.startswith(url))
        current = current or bool(under and self._inner_path.startswith(under))
        return Link(words=words, url=url, icon=icon, current=current, count=count, key=key)


def _is_fresh() -> bool:
    """Return whether this installation has no business yet."""
    return not Business.objects.exists()


def shell(request: HttpRequest) -> dict[str, Any]:
    """Add the frame to a template's names, and `can`: the person's rights by name."""
    membership: Membership | None = getattr(request, "membership", None)
    wanted = request.COOKIES.get(APPEARANCE_COOKIE, "")
    return {
        "appearance": wanted if wanted in APPEARANCES else "",
        "is_fresh": _is_fresh,  # Asked only where a template shows it.
        "shell": Shell(request, membership) if membership else None,
        "can": dict.fromkeys(RIGHTS.get(membership.role, ()), True) if membership else {},
    }
