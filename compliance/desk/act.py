"""Acts at the desk: a page with a form that does one thing to one row, through one verb.

A table of acts says for each its words, its permission, its form and what it does; the page checks, runs it, and says
what happened or, at the form, what stood in the way.
"""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise

from compliance.desk.page import DeskPage
from registry.errors import RegistryError
from registry.periods import Moment


class Doing(NamedTuple):
    """One act as it is done: to what, by whom, when, with what answers of the form."""

    row: Any
    user: Any
    moment: Moment
    data: dict[str, Any]


class Act(NamedTuple):
    """Something that may be done to a row: its label, who may, what is asked, and what is done."""

    label: str | Promise
    permission: str
    form: type[forms.Form]
    #: Does it, and says what was done.
    run: Callable[[Doing], str]
    explanation: str | Promise = ""
    danger: bool = False
    #: Whether it can be done to a row as it is; the verb has the last word.
    fits: Callable[[Any, Moment], bool] = lambda row, moment: True


class ActPage(DeskPage):
    """The page of one act. Subclasses say `acts`, how a row is found, and where its own page is."""

    acts: ClassVar[dict[str, Act]] = {}
    template: ClassVar[str] = "compliance/desk/act.html"

    def row(self, key: str) -> Any:
        """The row of a public id. Raises `NotFound`."""
        raise NotImplementedError

    def title(self, row: Any) -> str:
        """By what name the page calls a row."""
        return str(row)

    def initial(self, row: Any, act: str) -> dict[str, Any]:
        """What the form of an act begins with."""
        return {}

    def back(self, row: Any) -> str:
        """The address of a row's page."""
        raise NotImplementedError

    def get(self, request: HttpRequest, key: str, act: str) -> HttpResponse:
        """The form."""
        chosen, row = self._found(key, act)
        return self._page(chosen, row, chosen.form(initial=self.initial(row, act)))

    def post(self, request: HttpRequest, key: str, act: str) -> HttpResponse:
        """Do it."""
        chosen, row = self._found(key, act)
        form = chosen.form(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(chosen, row, form, status=400)
        try:
            said = chosen.run(Doing(row, request.user, self.moment, form.cleaned_data))
        except RegistryError as error:
            form.add_error(None, error.detail)
            return self._page(chosen, row, form, status=error.status)
        return self.went(said, row)

    def went(self, said: str, row: Any) -> HttpResponse:
        """Back to the row, with what was done."""
        messages.success(self.request, said)
        return redirect(self.back(row))

    def _found(self, key: str, act: str) -> tuple[Act, Any]:
        chosen = self.acts.get(act)
        if chosen is None:
            raise Http404
        if not self.may(chosen.permission):
            raise PermissionDenied
        return chosen, self.row(key)

    def _page(self, act: Act, row: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        return self.show(
            status=status, act=act, form=form, row=row, title=self.title(row), back=self.back(row)
        )


def offered(page: DeskPage, acts: dict[str, Act], row: Any) -> list[tuple[str, Act]]:
    """The acts that who is signed in may do to a row as it is, by their slugs."""
    return [
        (slug, act) for slug, act in acts.items() if page.may(act.permission) and act.fits(row, page.moment)
    ]
