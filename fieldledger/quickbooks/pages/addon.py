"""The Feature Center and the page of the QuickBooks Desktop add-on with its switch."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks import returning, services
from fieldledger.quickbooks.pages.lamp import lamp_of, waiting_count
from fieldledger.quickbooks.pages.setup import advise_payments


@page(Right.CONNECT)
def features(request: PageRequest) -> HttpResponse:
    """Show the add-ons as cards."""
    connection = services.connection_of(request.business)
    shown = {"connection": connection, "lamp": lamp_of(connection, now=timezone.now())}
    return render(request, "quickbooks/features.html", shown)


@page(Right.CONNECT)
def addon(request: PageRequest) -> HttpResponse:
    """Show what the add-on does, what it needs, and its switch."""
    connection = services.connection_of(request.business)
    shown = {
        "connection": connection,
        "lamp": lamp_of(connection, now=timezone.now()),
        "waiting": waiting_count(connection),
        "advise_payments": advise_payments(connection),
    }
    return render(request, "quickbooks/addon.html", shown)


@page(Right.CONNECT, methods=("POST",))
def switch(request: PageRequest) -> HttpResponse:
    """Switch the add-on on or off."""
    enabled = request.POST.get("enabled") == "yes"
    now = timezone.now()
    connection = services.connection_of(request.business)
    was_away = enabled and returning.was_away(connection, now)
    connection = services.set_enabled(connection, enabled=enabled, actor=request.actor, now=now)
    if was_away and not connection.paused:
        services.compare_first(connection, actor=request.actor, now=now)
        return redirect("welcome_back")
    if enabled:
        messages.success(request, "QuickBooks Desktop is on. Set it up with Manage feature.")
    else:
        messages.success(request, "QuickBooks Desktop is off. What waits is kept.")
    return redirect("features" if request.POST.get("from") == "features" else "addon")
