"""What the QuickBooks pages start with: the business's connection, switched on."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponseBase
from django.shortcuts import redirect

from fieldledger.accounts.pages import PageRequest, View, page
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks.models import Connection, Stage
from fieldledger.quickbooks.services import connection_of

Given = ParamSpec("Given")

SET_UP = frozenset({Stage.INSTALL, Stage.AUTHORIZE, Stage.IMPORT})


def quickbooks_page(
    right: Right, *, methods: Iterable[str] = ("GET",)
) -> Callable[
    [Callable[Concatenate[PageRequest, Connection, Given], HttpResponseBase]], View[Given]
]:
    """Give a page the connection; with the add-on switched off, its own page comes instead."""

    def decorate(
        answer: Callable[Concatenate[PageRequest, Connection, Given], HttpResponseBase],
    ) -> View[Given]:
        @page(right, methods=methods)
        @wraps(answer)
        def view(
            request: PageRequest, /, *args: Given.args, **kwargs: Given.kwargs
        ) -> HttpResponseBase:
            connection = connection_of(request.business)
            if not connection.enabled:
                return redirect("addon")
            return answer(request, connection, *args, **kwargs)

        return view

    return decorate
