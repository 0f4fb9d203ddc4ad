"""Training: break things on purpose and mend them, in a business where nothing is real.

Outside, a page to begin, enter and end it; inside, under /training/, the exercises.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.middleware import LEARN, TRAINING
from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.proving.models import TrainingPc
from fieldledger.proving.training import exercises, places
from fieldledger.proving.training import pc as office_pc
from fieldledger.proving.training.address import own_url
from fieldledger.quickbooks import services
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.website.demo import BUSINESS, fill

INSIDE: Final = f"{TRAINING}{LEARN}"
_BUSY: Final = "The training PC is calling already. Wait a moment and press again."
_CANNOT_CALL: Final = (
    "The simulated PC calls the server itself, so Fieldledger has to be started by “fieldledger"
    " serve” or ./run, with at least four threads. Whoever runs it can change that."
)
_PLACES: Final = {
    "quickbooks": "Open the overview",
    "sync_log": "Open the sync log",
    "attention": "Open Attention",
    "connection": "Open the connection",
}


@page(Right.CONNECT)
def learn(request: PageRequest) -> HttpResponse:
    """Show the exercises in training, and the way in from outside."""
    names: dict[str, Any] = {"can_call": bool(own_url()), "cannot_call": _CANNOT_CALL}
    if not request.business.is_training:
        begun = TrainingPc.objects.filter(business__learner=request.user).first()
        names |= {
            "begun": begun is not None,
            "finished": begun.finished if begun else (),
            "count": len(exercises.EXERCISES),
            "inside": INSIDE,
        }
        return render(request, "training/outside.html", names)
    pc = _pc(request)
    exercise = exercises.look(pc)
    steps = exercise.steps if exercise else ()
    names |= {
        "pc": pc,
        "connection": services.connection_of(request.business),
        "exercise": exercise,
        "steps": [
            {
                "words": step.words,
                "view": step.view,
                "place": _PLACES.get(step.view),
                "done": number < pc.ticks,
                "now": number == pc.ticks,
            }
            for number, step in enumerate(steps)
        ],
        "is_mended": exercise is not None and pc.ticks == len(steps),
        "exercises": exercises.EXERCISES.values(),
    }
    return render(request, "training/inside.html", names)


@page(Right.CONNECT, methods=("POST",))
def begin(request: PageRequest) -> HttpResponse:
    """Make the training business anew, connect it, and go there."""
    if not own_url():
        return redirect("learn")
    now = timezone.now()
    try:
        pc = places.begin(
            request.user, name=BUSINESS, time_zone=request.business.time_zone, fill=fill, now=now
        )
    except office_pc.Busy:
        messages.error(request, _BUSY)
        return HttpResponseRedirect(INSIDE)
    try:
        if not places.connect(pc, url=own_url(), now=now):
            messages.error(request, "The training PC could not connect. Start over.")
    except office_pc.Busy:
        messages.error(request, "Too many train just now. Wait a minute, then start over.")
    return HttpResponseRedirect(INSIDE)


@page(Right.CONNECT, methods=("POST",))
def end(request: PageRequest) -> HttpResponse:
    """Delete the training business."""
    try:
        places.end(request.user, now=timezone.now())
    except office_pc.Busy:
        messages.error(request, _BUSY)
    else:
        messages.success(request, "The training has ended, and everything in it is gone.")
    return HttpResponseRedirect(LEARN)


@page(Right.CONNECT, methods=("POST",))
def break_something(request: PageRequest) -> HttpResponse:
    """Begin an exercise."""
    exercise = exercises.EXERCISES.get(request.POST.get("exercise", ""))
    if request.business.is_training and exercise is not None:
        try:
            exercises.begin(_pc(request), exercise, now=timezone.now())
        except exercises.NotReady as error:
            messages.error(request, str(error))
        except NotPossible as refusal:
            messages.error(request, refusal.sentence)
    return redirect("learn")


@page(Right.CONNECT, methods=("POST",))
def call(request: PageRequest) -> HttpResponse:
    """Let the training PC's Web Connector call once."""
    if request.business.is_training and own_url():
        try:
            office_pc.call(_pc(request), url=own_url())
        except office_pc.Busy:
            messages.error(request, _BUSY)
        except NotPossible as refusal:
            messages.error(request, refusal.sentence)
    return redirect("learn")


@page(Right.CONNECT, methods=("POST",))
def at_the_pc(request: PageRequest) -> HttpResponse:
    """Do at the training PC what the exercise asks for there."""
    if not request.business.is_training:
        return redirect("learn")
    pc = _pc(request)
    if pc.trouble == "password":
        connection = services.connection_of(pc.business)
        known = services.password_for_companion(connection, now=timezone.now())
        if known is None or request.POST.get("password", "").strip() != known:
            messages.error(request, "That is not the password that the connection page shows.")
            return redirect("learn")
    exercises.mend(pc)
    return redirect("learn")


def _pc(request: PageRequest) -> TrainingPc:
    return TrainingPc.objects.select_related("business__learner").get(business=request.business)
