"""Subscribers: people who proved that a number is theirs, and the codes that prove it."""

from django.db import models
from django.db.models import Q

from registry.codes import SECTORS
from registry.models.fields import CodeField, CodeSetField, NumberField

#: How a code reaches a person.
PROOF_CHANNELS = ("sms", "voice")
#: Wrong codes that one proof bears.
MAX_TRIES = 5


class Subscriber(models.Model):
    """A number that somebody proved to be theirs, by a code sent to it. The number itself is what they are here."""

    number = NumberField(unique=True, help_text="E.164 digits.")
    language = models.CharField(max_length=10, help_text="The language of the page they last proved it on.")
    first_proven_at = models.DateTimeField()
    last_proven_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"subscriber {self.pk}"


class NumberProof(models.Model):
    """One code sent to a number. Kept for a day, for the limits; the code only as a keyed digest."""

    number = NumberField(help_text="Where the code was sent.")
    channel = CodeField(codes=PROOF_CHANNELS)
    network = models.CharField(
        max_length=43, help_text="The network that asked, as a prefix: 203.0.113.0/24."
    )
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64, help_text="HMAC-SHA-256 of salt, number and code, in hex.")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    silent = models.BooleanField(
        default=False, help_text="Nothing was sent, as the number had had as many codes as it may have."
    )
    tries = models.SmallIntegerField(default=0, help_text="Codes that were tried against it.")
    used_at = models.DateTimeField(
        null=True, blank=True, help_text="When the right code came; it works once."
    )

    class Meta:
        constraints = [
            # Forbids guessing on: the sixth try is refused by the database as well.
            models.CheckConstraint(
                name="number_proof_tries", condition=Q(tries__gte=0, tries__lte=MAX_TRIES)
            ),
        ]
        indexes = [
            # Serve the limits of a number and of a network, and the forgetting of old proofs.
            models.Index(fields=["number", "sent_at"], name="number_proof_number"),
            models.Index(fields=["network", "sent_at"], name="number_proof_network"),
            models.Index(fields=["sent_at"], name="number_proof_sent"),
        ]

    def __str__(self) -> str:
        return f"number proof {self.pk}"


#: How a person reached the register without the web.
INBOUND_KINDS = ("sms", "call")


class InboundMessage(models.Model):
    """A text or a call to the register, what it asked for, and what was answered. Kept for a month.

    The same message delivered twice finds its first delivery here, and gets its answer again.
    """

    kind = CodeField(codes=INBOUND_KINDS)
    message_id = models.CharField(max_length=128, help_text="The gateway's own id for it.")
    number = NumberField(help_text="Who sent it, as the gateway vouches.")
    action = models.CharField(max_length=16, help_text="What was understood (`registry/keywords.py`).")
    sectors = CodeSetField(codes=SECTORS, null=True, blank=True)
    reply = models.CharField(max_length=500, help_text="What was answered.")
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            # Forbids one message to have two effects.
            models.UniqueConstraint(fields=["kind", "message_id"], name="inbound_message_once")
        ]

    def __str__(self) -> str:
        return f"inbound message {self.pk}"


class Erasure(models.Model):
    """That a person had themselves erased, and what went; not who it was."""

    digest = models.CharField(max_length=64, help_text="HMAC-SHA-256 of the number, to prove it when asked.")
    removed = models.JSONField(help_text="How many rows of what were deleted, ended or revoked.")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"erasure {self.pk}"
