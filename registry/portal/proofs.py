"""Signing in: a number, a code sent to it, and out again."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry import messages, subscribers
from registry.errors import CodeNotRight, CodeSpent
from registry.messages import Message, NotSent
from registry.models import NumberProof
from registry.phone import mask
from registry.portal import sessions
from registry.portal.forms import CodeForm, ProofForm
from registry.portal.page import Page, network


class SignIn(Page):
    """Ask for a code."""

    template = "registry/portal/sign_in.html"
    section = "number"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.person is not None:
            return redirect("my-number")
        return self.show(form=ProofForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        data = request.POST.copy()
        # The landing page asks for the number alone.
        data.setdefault("channel", "sms")
        form = ProofForm(data)
        if not form.is_valid():
            return self.show(form=form, status=422)
        number, channel = form.cleaned_data["number"], form.cleaned_data["channel"]
        proof, code = subscribers.ask(
            number=number, channel=channel, network=network(request), moment=self.moment
        )
        try:
            _deliver(proof, code)
        except NotSent:
            form.add_error(None, _("The code could not be sent just now. Please try again in a minute."))
            return self.show(form=form, status=503)
        sessions.ask(request, proof.pk)
        if demo() and code is not None:
            request.session["portal_shown"] = code
        return redirect("sign-in-code")


class Code(Page):
    """Enter the code."""

    template = "registry/portal/code.html"
    section = "number"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CodeForm(request.POST)
        proof_id = sessions.asked(request)
        if proof_id is None:
            return redirect("sign-in")
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            subscriber = subscribers.prove(
                proof_id=proof_id,
                code=form.cleaned_data["code"],
                language=get_language() or settings.LANGUAGE_CODE,
                moment=self.moment,
            )
        except CodeNotRight as error:
            form.add_error(
                "code", _("That is not the code. Tries left: %(left)d.") % {"left": error.tries_left}
            )
            return self._page(form, status=422)
        except CodeSpent:
            notices.error(request, _("That code works no longer. Ask for a new one."))
            return redirect("sign-in")
        request.session.pop("portal_shown", None)
        sessions.begin(request, subscriber, self.moment.at)
        return redirect(sessions.wanted(request) or "my-number")

    def _page(self, form: CodeForm, status: int = 200) -> HttpResponse:
        proof = NumberProof.objects.filter(pk=sessions.asked(self.request) or 0).first()
        if proof is None:
            return redirect("sign-in")
        shown = self.request.session.get("portal_shown") if demo() else None
        return self.show(
            form=form, status=status, masked=mask(proof.number), channel=proof.channel, shown=shown
        )


class SignOut(Page):
    """Leave."""

    template = "registry/portal/sign_out.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask first: a link on a page of somebody else must not sign anybody out."""
        return self.show() if self.person is not None else redirect("home")

    def post(self, request: HttpRequest) -> HttpResponse:
        sessions.end(request)
        notices.success(request, _("You are signed out."))
        return redirect("home")


def demo() -> bool:
    """Whether codes are shown on the page: a demo register without a gateway, and nothing else."""
    console = settings.MESSAGE_BACKEND == "registry.messages.console.ConsoleBackend"
    return settings.DEMO and settings.EMBEDDED and console and _loaded()


def _loaded() -> bool:
    """Whether the demo is in this register; one that holds companies of its own never gets it."""
    try:
        return bool(json.loads((Path(settings.DATA_DIR) / "demo.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False


def _deliver(proof: NumberProof, code: str | None) -> None:
    """Send a code; where none is to be sent, take as long as the last one took. Raises `NotSent`.

    A page that comes back at once would tell a stranger that codes were asked for that number lately.
    """
    if code is None:
        time.sleep(_took.seconds)
        return
    begun = time.monotonic()
    messages.send(_code_message(proof, code))
    _took.seconds = time.monotonic() - begun


@dataclass
class _Took:
    """How long the last code took this process to hand over."""

    seconds: float = 0.0


_took = _Took()


def _code_message(proof: NumberProof, code: str) -> Message:
    digits = ", ".join(code) if proof.channel == "voice" else code
    text = _(
        "%(code)s is your code for the Consent Register. It works for ten minutes. Tell it to nobody: "
        "the register never asks for it."
    ) % {"code": digits}
    return Message(
        number=proof.number,
        text=text,
        language=get_language() or settings.LANGUAGE_CODE,
        channel=proof.channel,
        reference=f"proof-{proof.pk}",
    )
