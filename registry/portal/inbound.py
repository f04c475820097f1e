"""Texts and calls to the register, as a gateway hands them over: signed, fresh, each with one effect.

`POST /inbound/sms/` `{"from": "+86…", "text": "T"}` and `POST /inbound/call/` `{"from": "+86…", "digits": "1"}`, signed
as Standard Webhooks are (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, and `webhook-signature`, which is
`v1,` and the base64 of the HMAC-SHA-256 over `id.timestamp.body`. Answered with `{"reply": …}`, which the gateway
texts or reads out.

A call may only refuse: the number a call shows can be forged, and whoever forges one must not take a refusal back.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from registry import inbound, keywords, languages, phone
from registry.keywords import Wish
from registry.models import OptOut
from registry.periods import Moment
from registry.phone import BadNumber
from registry.portal import words
from registry.portal.opt_outs_shown import listed

#: How far a gateway's clock may be from ours, and how long a caught message may be sent again.
TOLERANCE = timedelta(minutes=5)
#: Bytes of a body; a text message has a few hundred.
MOST = 16_384
#: What the keys of a telephone mean during a call.
KEYS = {"1": "T"}


@method_decorator(csrf_exempt, name="dispatch")
class Inbound(View):
    """A message from a telephone."""

    open_to: ClassVar[str] = "a gateway that signs"
    kind: ClassVar[Any] = "sms"

    def post(self, request: HttpRequest) -> HttpResponse:
        if not settings.INBOUND_SECRETS:
            raise Http404
        moment = Moment.of(request.clock)  # type: ignore[attr-defined]
        if int(request.headers.get("content-length") or 0) > MOST:
            return _refused(413, "too_large")
        if not _signed(request, moment.at):
            return _refused(401, "signature")
        try:
            body = json.loads(request.body)
            number = phone.parse(str(body["from"]))
            wish = self.wish(body)
        except BadNumber as bad:
            return _refused(422, bad.code)
        except (ValueError, KeyError, TypeError):
            return _refused(400, "malformed")
        with translation.override(_language(number, str(body.get("text", "")))):
            row = inbound.receive(
                kind=self.kind,
                message_id=request.headers["webhook-id"],
                number=number,
                wish=wish,
                reply=reply,
                moment=moment,
            )
        return JsonResponse({"reply": row.reply, "action": row.action})

    def wish(self, body: dict[str, Any]) -> Wish:
        """What the message asks for."""
        return keywords.read(str(body["text"]))


class InboundCall(Inbound):
    """A key pressed during a call to the register."""

    kind = "call"

    def wish(self, body: dict[str, Any]) -> Wish:
        return keywords.read(KEYS.get(str(body["digits"]), "?"))


def _refused(status: int, code: str) -> HttpResponse:
    return JsonResponse({"code": code}, status=status)


def _signed(request: HttpRequest, at: datetime) -> bool:
    """Whether a gateway that knows one of our secrets sent exactly this, just now."""
    message_id = request.headers.get("webhook-id", "")
    stamp = request.headers.get("webhook-timestamp", "")
    if not 0 < len(message_id) <= 128 or not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return False
    if abs(at - datetime.fromtimestamp(int(stamp), tz=UTC)) > TOLERANCE:
        return False
    signed = f"{message_id}.{stamp}.".encode() + request.body
    given = [
        part[3:] for part in request.headers.get("webhook-signature", "").split(" ") if part[:3] == "v1,"
    ]
    return any(
        hmac.compare_digest(signature(secret, signed), candidate.encode())
        for secret in settings.INBOUND_SECRETS
        for candidate in given
    )


def signature(secret: str, signed: bytes) -> bytes:
    """The base64 of the HMAC-SHA-256 under a secret as Standard Webhooks writes it (`whsec_` and base64)."""
    key = b64decode(secret.removeprefix("whsec_"))
    return b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def _language(number: int, text: str) -> str:
    """The language to answer in: that of the message, of the person's last visit, or of their country."""
    if any("\u4e00" <= sign <= "\u9fff" for sign in text):
        return "zh-hans"
    return languages.of(number)


def reply(wish: Wish, everything: OptOut | None) -> str:
    """What is answered, short enough for one message or two."""
    named = {
        "sectors": listed(words.SECTORS[name] for name in wish.sectors),
        "numbers": keywords.categories(wish.sectors),
    }
    return {
        "refuse_all": _("Done: you refuse all sales calls, from now on. To take it back, send UNBLOCK ALL."),
        "refuse_sectors": _(
            "Done: you refuse calls about: %(sectors)s. To take it back, send UNBLOCK %(numbers)s."
        )
        % named,
        "release_all": _("Done: your refusals are taken back. To refuse all sales calls, send T."),
        "release_sectors": _("Done: you no longer refuse calls about: %(sectors)s.") % named,
        "status": _("You refuse all sales calls.")
        if everything
        else _("You do not refuse all sales calls. To do so, send T."),
        "help": _(
            "We did not understand that, and changed nothing. T: refuse all sales calls. BLOCK 1,3: refuse sectors. "
            "UNBLOCK ALL: take it back. STATUS: how it stands."
        ),
    }[wish.action]
