"""Messages by a gateway that speaks HTTP: any carrier's or provider's, behind an adapter where it speaks otherwise.

`POST MESSAGE_GATEWAY_URL` with `{"to": "+86…", "text", "channel": "sms|voice", "language", "reference"}`, a bearer
token, and an `Idempotency-Key`. Any 2xx means that it was taken over.
"""

import threading

import requests
import structlog
from django.conf import settings
from requests.adapters import HTTPAdapter, Retry

from registry.messages import Message, NotSent
from registry.phone import e164

log = structlog.get_logger(__name__)

#: A person waits for the page meanwhile: seconds to connect, and to be answered.
TIMEOUT = (3.05, 5)
#: Sent again only where the gateway cannot have taken it: no connection, or it said "later".
RETRY = Retry(total=2, connect=2, read=0, status=1, status_forcelist=(429, 503), allowed_methods=("POST",),
              backoff_factor=0.2, respect_retry_after_header=False)  # fmt: skip

_own = threading.local()


def _session() -> requests.Session:
    """One kept connection a thread; a session is not safe to share."""
    if not hasattr(_own, "session"):
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=RETRY))
        _own.session = session
    return _own.session


class GatewayBackend:
    """Hands each message to the gateway of the settings."""

    def send(self, message: Message) -> None:
        body = {
            "to": e164(message.number),
            "text": message.text,
            "channel": message.channel,
            "language": message.language,
            "reference": message.reference,
        }
        headers = {"Authorization": f"Bearer {settings.MESSAGE_GATEWAY_TOKEN}"}
        if message.reference:
            headers["Idempotency-Key"] = message.reference
        try:
            answer = _session().post(
                settings.MESSAGE_GATEWAY_URL,
                json=body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # Its own text may quote the address with what is in it.
            log.warning("message_not_sent", error=type(error).__qualname__)
            raise NotSent(type(error).__qualname__) from None
        if not 200 <= answer.status_code < 300:
            log.warning("message_not_sent", status=answer.status_code)
            raise NotSent(f"The gateway answered {answer.status_code}")
