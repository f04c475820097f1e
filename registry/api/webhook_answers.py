"""Webhooks as they are told of: their shapes, how rows become them, and what is sent to one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from registry import ids, webhooks
from registry.api import change_answers
from registry.api.bodies import Body
from registry.api.change_answers import Event
from registry.api.paging import Page
from registry.models import Change, Webhook, WebhookDelivery

Address = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        pattern=r"^https?://[!-~]+$",
        description="An https address that is reached over the public internet.",
        examples=["https://example.com/hooks/register"],
    ),
]
Events = Annotated[list[Event], Meta(min_length=1, max_length=50)]
Text = Annotated[str, Meta(max_length=100, pattern=r"^[^\u0000-\u001f\u007f]*$")]
Unmask = Annotated[bool, Meta(description="Send numbers in full, where you knew them already.")]


class WebhookIn(Body):
    """Where you want to hear of changes, and of which."""

    url: Address
    events: Events
    description: Text = ""
    unmask: Unmask = False


class WebhookPatch(Body):
    """What is to be otherwise; the rest stays as it is."""

    url: Address | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    unmask: Unmask | UnsetType = UNSET
    enabled: Annotated[bool, Meta(description="Enabled again, it goes on where it stopped.")] | UnsetType = (
        UNSET
    )


class WebhookOut(msgspec.Struct, frozen=True):
    """An address that hears of changes, in their order."""

    id: Annotated[str, Meta(examples=["whk_3"])]
    url: str
    events: list[Event]
    description: str
    unmask: bool
    enabled: bool
    disabled_at: datetime | None
    disabled_because: Annotated[
        Literal["asked", "gone", "failing"] | None,
        Meta(description="`gone`: the address answered 410. `failing`: it took nothing for days."),
    ]
    failing_since: datetime | None
    last_change: Annotated[
        str | None, Meta(description="The last change that was dealt with.", examples=["chg_12"])
    ]
    next_attempt_at: Annotated[
        datetime | None, Meta(description="When the change behind it is tried again; null: nothing waits.")
    ]
    old_secret_until: Annotated[
        datetime | None, Meta(description="Until then deliveries carry a signature by the old secret, too.")
    ]
    created_at: datetime
    livemode: bool


class WebhookWithSecret(WebhookOut, frozen=True, kw_only=True):
    """A webhook with its secret, which is shown this once."""

    secret: Annotated[
        str, Meta(description="`whsec_` and the base64 of the key that deliveries are signed with.")
    ]


class WebhookPage(Page[WebhookOut], frozen=True):
    """Webhooks, the newest first."""


class DeliveryOut(msgspec.Struct, frozen=True):
    """One attempt."""

    id: Annotated[str, Meta(examples=["dlv_9"])]
    message: Annotated[str, Meta(description="Its `webhook-id`.", examples=["chg_12"])]
    type: Event | Literal["webhook.test"]
    attempt: int
    state: Literal["pending", "delivered", "failed"]
    status: Annotated[int | None, Meta(description="What was answered.")]
    error: Annotated[
        str | None, Meta(description="Why it does not count as delivered.", examples=["timed_out"])
    ]
    duration_ms: int | None
    created_at: datetime
    next_attempt_at: datetime | None


class DeliveryPage(Page[DeliveryOut], frozen=True):
    """Attempts, the newest first."""


class TestData(msgspec.Struct, frozen=True):
    """What a test holds."""

    webhook: str


class TestMessage(msgspec.Struct, frozen=True):
    """The body of a test."""

    id: str
    type: str
    timestamp: datetime
    data: TestData


def shown(row: Webhook) -> WebhookOut:
    """A webhook as it is answered."""
    return WebhookOut(
        id=ids.public("whk", row.pk),
        url=row.url,
        events=row.events,
        description=row.description,
        unmask=row.unmask,
        enabled=row.disabled_at is None,
        disabled_at=row.disabled_at,
        disabled_because=row.disabled_because or None,
        failing_since=row.failing_since,
        last_change=ids.public("chg", row.position) if row.position else None,
        next_attempt_at=row.due_at,
        old_secret_until=row.old_secret_until,
        created_at=row.created_at,
        livemode=row.livemode,
    )


def with_secret(row: Webhook, secret: str) -> WebhookWithSecret:
    """A webhook with its secret."""
    return WebhookWithSecret(**msgspec.structs.asdict(shown(row)), secret=secret)


def delivery(row: WebhookDelivery) -> DeliveryOut:
    """An attempt as it is answered."""
    return DeliveryOut(
        id=ids.public("dlv", row.pk),
        message=_message_id(row),
        type=row.event,
        attempt=row.attempt,
        state=row.state,
        status=row.status,
        error=row.error or None,
        duration_ms=row.duration_ms,
        created_at=row.created_at,
        next_attempt_at=row.next_at,
    )


def _message_id(row: WebhookDelivery) -> str:
    return ids.public("tst", row.pk) if row.position is None else ids.public("chg", row.position)


def message(webhook: Webhook, told: Change | WebhookDelivery) -> tuple[str, bytes]:
    """The id and the body of a delivery: a change as the feed has it, or a test."""
    if isinstance(told, Change):
        change = change_answers.shown(told, unmask=webhook.unmask)
        return change.id, msgspec.json.encode(change)
    test_id = _message_id(told)
    test = TestMessage(test_id, webhooks.TEST, told.created_at, TestData(ids.public("whk", webhook.pk)))
    return test_id, msgspec.json.encode(test)


def given(patch: WebhookPatch) -> dict[str, str | bool | Sequence[str]]:
    """The members of a patch that were sent."""
    return {name: value for name, value in msgspec.structs.asdict(patch).items() if value is not UNSET}
