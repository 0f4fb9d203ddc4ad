"""The wizard: install the setup file, authorize, choose what to import."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Client, Item
from fieldledger.qbwc.setup_file import FILE_NAME
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.examples import examples_of
from fieldledger.quickbooks.models import Connection, Exchange, Stage
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.services import Mistaken, NotPossible
from fieldledger.quickbooks.setting_up import APP_NAME, NOT_CONNECTED, SETTINGS
from fieldledger.sync.words import ACTOR_WORDS, explain_hresult

STEPS: Final = (
    (Stage.INSTALL, "Install the setup file", "All three apps"),
    (Stage.AUTHORIZE, "Authorize access", "Fieldledger and the Web Connector"),
    (Stage.IMPORT, "Import from QuickBooks", "Fieldledger"),
)
# Added to a real Web Connector it would bring made-up records into somebody's books.
IN_TRAINING: Final = (
    "In training there is no setup file to download: the training PC has it already, and at a real"
    " PC it would bring made-up records into your real QuickBooks."
)
_PAGES: Final = {Stage.INSTALL: "install", Stage.AUTHORIZE: "authorize", Stage.IMPORT: "import"}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the stepper: done, current, or to come."""

    number: int
    words: str
    apps: str
    done: bool
    current: bool


@quickbooks_page(Right.CONNECT)
def setup(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the step where the set-up stands, or an earlier one to look at again."""
    stage = Stage(connection.stage)
    if stage == Stage.INITIAL_SYNC:
        return redirect("initial_sync")
    if stage == Stage.ONGOING:
        return redirect("quickbooks")
    if stage == Stage.AUTHORIZE and request.GET.get("step") == "install":
        return _step(request, connection, Stage.INSTALL)
    return _step(request, connection, stage)


@quickbooks_page(Right.CONNECT, methods=("POST",))
def go_next(request: PageRequest, connection: Connection) -> HttpResponse:
    """Go to the next step, or say why not yet."""
    # Of a page looked at again, Next leads back to where the set-up stands.
    if request.POST.get("step") in {None, connection.stage}:
        try:
            services.go_next(connection, actor=request.actor, now=timezone.now())
        except NotPossible as refusal:
            return _step(
                request, connection, Stage(connection.stage), refusal=refusal.sentence, status=409
            )
    return redirect("setup")


@quickbooks_page(Right.CONNECT)
def setup_file(request: PageRequest, connection: Connection) -> HttpResponse:
    """Give the setup file for the Web Connector; in training none, see IN_TRAINING."""
    if request.business.is_training:
        messages.error(request, IN_TRAINING)
        return redirect("connection")
    base_url = f"{request.scheme}://{request.get_host()}"
    try:
        content = services.setup_file(connection, base_url=base_url, now=timezone.now())
    except NotPossible as refusal:
        messages.error(request, refusal.sentence)
        return redirect("setup")
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


@quickbooks_page(Right.CONNECT, methods=("POST",))
def password(request: PageRequest, connection: Connection) -> HttpResponse:
    """Give the Web Connector's password to be copied; `new` in the form makes another one."""
    give = services.new_password if "new" in request.POST else services.copy_password
    try:
        given = give(connection, actor=request.actor, now=timezone.now())
    except NotPossible as refusal:
        return JsonResponse({"detail": refusal.sentence}, status=409)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"username": given.username, "password": given.password})
    return render(request, "quickbooks/password.html", {"given": given})


@quickbooks_page(Right.CONNECT)
def checklist(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the second step's checklist alone, with Next, as things stand now."""
    return render(request, "quickbooks/checklist.html", _authorizing(connection))


@quickbooks_page(Right.CONNECT, methods=("POST",))
def choose_import(request: PageRequest, connection: Connection) -> HttpResponse:
    """Keep what is to be imported; with nothing ticked, go on at once."""
    if connection.stage != Stage.IMPORT:
        return redirect("setup")
    choice = {name: name in request.POST for name in ("clients", "items")}
    now = timezone.now()
    try:
        services.choose_import(connection, choice=choice, actor=request.actor, now=now)
        if not any(choice.values()):
            services.go_next(connection, actor=request.actor, now=now)
            return redirect("initial_sync")
    except NotPossible as refusal:
        return _step(request, connection, Stage.IMPORT, refusal=refusal.sentence, status=409)
    return redirect("preferences")


@quickbooks_page(Right.CONNECT, methods=("GET", "POST"))
def preferences(request: PageRequest, connection: Connection) -> HttpResponse:
    """Ask how to match clients and what to do with names that clash."""
    importing = connection.import_clients or connection.import_items
    if connection.stage != Stage.IMPORT or not importing:
        return redirect("setup")
    shown: dict[str, Any] = {
        "steps": steps_of(Stage.IMPORT),
        "connection": connection,
        "choice": queries.import_choice_of(connection) | queries.settings_of(connection),
    }
    if connection.import_clients:
        shown["examples"] = examples_of(connection)
    if request.method != "POST":
        return render(request, "quickbooks/preferences.html", shown)
    choice = {name: name in request.POST for name in SETTINGS}
    matching = request.POST.get("client_matching", connection.client_matching)
    now = timezone.now()
    try:
        services.choose_import(
            connection,
            choice=choice | {"client_matching": matching},
            actor=request.actor,
            now=now,
        )
        services.go_next(connection, actor=request.actor, now=now)
    except Mistaken as mistake:
        shown["errors"] = mistake.errors
        return render(request, "quickbooks/preferences.html", shown, status=422)
    except NotPossible as refusal:
        shown["refusal"] = refusal.sentence
        return render(request, "quickbooks/preferences.html", shown, status=409)
    return redirect("initial_sync")


def advise_payments(connection: Connection) -> bool:
    """Whether to advise setting up payments first: nothing is set up, and nothing connected."""
    return connection.connected_at is None and not connection.business.tax_rates.exists()


def steps_of(stage: Stage) -> list[Step]:
    """Return the stepper with `stage` as the current step."""
    order = [each for each, _, _ in STEPS]
    at = order.index(stage) if stage in order else len(order)
    return [
        Step(number=number + 1, words=words, apps=apps, done=number < at, current=number == at)
        for number, (_, words, apps) in enumerate(STEPS)
    ]


def _step(
    request: PageRequest,
    connection: Connection,
    stage: Stage,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    shown: dict[str, Any] = {"steps": steps_of(stage), "connection": connection}
    shown |= {"refusal": refusal, "file_name": FILE_NAME, "app_name": APP_NAME}
    if stage == Stage.INSTALL:
        shown["advise_payments"] = advise_payments(connection)
    if stage == Stage.AUTHORIZE:
        shown |= _authorizing(connection)
    if stage == Stage.IMPORT:
        shown |= {
            "clients_here": Client.objects.filter(business=request.business).count(),
            "items_here": Item.objects.filter(business=request.business).count(),
        }
    return render(request, f"quickbooks/{_PAGES[stage]}.html", shown, status=status)


def _authorizing(connection: Connection) -> dict[str, Any]:
    """Return what the second step's checklist shows."""
    status = queries.status(connection, now=timezone.now())
    connection.refresh_from_db()
    last, wrong = connection.last_contact_at, connection.wrong_password_at
    password_is_wrong = wrong is not None and (last is None or wrong > last)
    return {
        "connection": connection,
        "app_name": APP_NAME,
        "status": status,
        "reached": last is not None or wrong is not None,
        "password_is_right": last is not None and not password_is_wrong,
        "password_is_wrong": password_is_wrong,
        "connected": connection.connected_at is not None,
        "refused": why_refused(connection),
        "file_name": FILE_NAME,
        "why_not_yet": NOT_CONNECTED,
    }


def why_refused(connection: Connection) -> dict[str, Any] | None:
    """Return what keeps QuickBooks from letting us in, who can help and what they click."""
    if not connection.last_error:
        return None
    last = (
        Exchange.objects.filter(connection=connection)
        .exclude(hresult="")
        .order_by("-pk")
        .values_list("hresult", "message")
        .first()
    )
    if last is not None:
        hresult, said = last
        explained = explain_hresult(hresult, said=said.strip())
        if explained.sentence == connection.last_error:
            who = ACTOR_WORDS[explained.actor]
            return {
                "title": explained.title,
                "sentence": explained.sentence,
                "who": who,
                "steps": explained.steps,
            }
    return {"title": "Not possible yet", "sentence": connection.last_error}
