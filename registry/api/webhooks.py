"""Webhooks: say where you want to hear of changes; see how deliveries fare; renew the secret; stop it."""

from collections.abc import Sequence

import structlog
from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from registry import ids, webhooks
from registry.api import paging
from registry.api.bodies import answer, read
from registry.api.documents import IDEMPOTENCY_KEY, PAGING, documented
from registry.api.endpoint import Endpoint
from registry.api.fields import Reading, public_id
from registry.api.idempotency import idempotent
from registry.api.webhook_answers import (
    DeliveryOut,
    DeliveryPage,
    WebhookIn,
    WebhookOut,
    WebhookPage,
    WebhookPatch,
    WebhookWithSecret,
    delivery,
    given,
    shown,
    with_secret,
)
from registry.errors import NotFound
from registry.models import Webhook
from registry.tasks import deliver_webhook

log = structlog.get_logger(__name__)


def send(webhook_id: int) -> None:
    """Tell a worker. Where the broker is away the row stays, and `deliver_webhooks` finds it."""
    try:
        deliver_webhook.apply_async([webhook_id], retry=False)
    except Exception as error:  # noqa: BLE001  (brokers raise what their clients raise; the row is safe already)
        log.warning("broker_unavailable", webhook=webhook_id, error=type(error).__qualname__)


def _demand_distinct(events: Sequence[str]) -> None:
    reading = Reading()
    reading.distinct(list(events), "/events")
    reading.settle()


class Webhooks(Endpoint):
    """Make a webhook, and list yours."""

    scopes = {"POST": ("read",), "GET": ("read",)}

    @documented(
        id="createWebhook",
        tag="webhooks",
        summary="Have changes sent to you",
        description="What happens from now on is sent to the address, as `GET /changes` tells it, in its order, signed "
        "as Standard Webhooks are: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Any 2xx within ten seconds "
        "counts as taken; everything else is tried again over about a day. The secret is shown this once. With a test "
        "key the webhook hears of tests only. docs/WEBHOOKS.md shows how to verify a signature.",
        body=WebhookIn,
        answers={201: (WebhookWithSecret, "It is at work.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[409],
        example={
            "url": "https://example.com/hooks/register",
            "events": ["opt_out.registered", "check.revoked"],
        },
    )
    @idempotent(secret=True)
    def post(self, request: Request) -> HttpResponse:
        asked = read(self.http, WebhookIn)
        _demand_distinct(asked.events)
        row, secret = webhooks.make(
            company=self.access.company,
            url=asked.url,
            events=asked.events,
            description=asked.description,
            unmask=asked.unmask,
            livemode=self.access.livemode,
            clock=request.clock,
        )
        return answer(with_secret(row, secret), 201)

    @documented(
        id="listWebhooks",
        tag="webhooks",
        summary="List your webhooks",
        answers={200: (WebhookPage, "A page, the newest first.")},
        parameters=PAGING,
        problems=[422],
    )
    def get(self, request: Request) -> HttpResponse:
        asked = paging.read(request, self.access)
        rows = webhooks.own(self.access.company, livemode=self.access.livemode)
        return answer(paging.newest(rows, asked, shown))


class OwnWebhook(Endpoint):
    """What concerns one webhook."""

    def own(self, webhook: str) -> Webhook:
        """A webhook of the asking company, under a key of the same mode. Raises `NotFound`."""
        rows = webhooks.own(self.access.company, livemode=self.access.livemode)
        found = rows.filter(pk=public_id("whk", webhook)).first()
        if found is None:
            raise NotFound
        return found


class WebhookById(OwnWebhook):
    """One webhook."""

    scopes = {"GET": ("read",), "PATCH": ("read",), "DELETE": ("read",)}

    @documented(
        id="readWebhook",
        tag="webhooks",
        summary="Read a webhook",
        answers={200: (WebhookOut, "As it stands; without its secret.")},
        problems=[404],
    )
    def get(self, request: Request, webhook: str) -> HttpResponse:
        return answer(shown(self.own(webhook)))

    @documented(
        id="changeWebhook",
        tag="webhooks",
        summary="Change a webhook",
        description="What is left out stays. A webhook that was disabled goes on where it stopped once it is enabled.",
        body=WebhookPatch,
        answers={200: (WebhookOut, "It is changed.")},
        problems=[404],
        example={"enabled": True},
    )
    def patch(self, request: Request, webhook: str) -> HttpResponse:
        row = self.own(webhook)
        asked = given(read(self.http, WebhookPatch))
        if "events" in asked:
            _demand_distinct(asked["events"])  # type: ignore[arg-type]
        return answer(shown(webhooks.change(row=row, clock=request.clock, **asked)))  # type: ignore[arg-type]

    @documented(
        id="removeWebhook",
        tag="webhooks",
        summary="Remove a webhook",
        description="Nothing is sent there any more.",
        answers={200: (WebhookOut, "It is removed; as it was.")},
        problems=[404],
    )
    def delete(self, request: Request, webhook: str) -> HttpResponse:
        row = self.own(webhook)
        webhooks.remove(row=row, clock=request.clock)
        return answer(shown(row))


class WebhookSecret(OwnWebhook):
    """The secret of a webhook."""

    scopes = {"POST": ("read",)}

    @documented(
        id="renewWebhookSecret",
        tag="webhooks",
        summary="Renew the secret of a webhook",
        description="The new secret is shown this once. Until `old_secret_until` deliveries carry two signatures, by "
        "the new secret and by the one before it.",
        answers={200: (WebhookWithSecret, "The new secret.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[404, 409, 413, 422],
    )
    @idempotent(secret=True)
    def post(self, request: Request, webhook: str) -> HttpResponse:
        row, secret = webhooks.renew_secret(row=self.own(webhook), clock=request.clock)
        return answer(with_secret(row, secret))


class WebhookTest(OwnWebhook):
    """A test of a webhook."""

    scopes = {"POST": ("read",)}

    @documented(
        id="testWebhook",
        tag="webhooks",
        summary="Have a test sent to a webhook",
        description="A worker sends `webhook.test` at once, and once. How it fared is among the deliveries.",
        answers={202: (DeliveryOut, "It will be sent.")},
        parameters=[IDEMPOTENCY_KEY],
        problems=[404, 409, 413, 422],
    )
    @idempotent()
    def post(self, request: Request, webhook: str) -> HttpResponse:
        row = self.own(webhook)
        test = webhooks.try_out(row=row, clock=request.clock)
        transaction.on_commit(lambda: send(row.pk))
        log.info("webhook_test", webhook=ids.public("whk", row.pk))
        return answer(delivery(test), 202)


class WebhookDeliveries(OwnWebhook):
    """The attempts to deliver to a webhook."""

    scopes = {"GET": ("read",)}

    @documented(
        id="listWebhookDeliveries",
        tag="webhooks",
        summary="See how deliveries to a webhook fare",
        answers={200: (DeliveryPage, "A page of attempts, the newest first.")},
        parameters=PAGING,
        problems=[404, 422],
    )
    def get(self, request: Request, webhook: str) -> HttpResponse:
        row = self.own(webhook)
        asked = paging.read(request, self.access)
        return answer(paging.newest(row.deliveries.all(), asked, delivery))
