"""The check as one would write it first: DRF's serializers, the key in the database, a query a fact, an insert.

It asks the same tables the same questions and leaves the same row, and signs no receipt. Written with care for what
it is (indexes are met, nothing is fetched twice), so that the comparison is with the way and not with its mistakes.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import phonenumbers
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.codes import CHANNELS, SECTORS
from registry.models import (
    ApiKey,
    Caller,
    Check,
    Company,
    Consent,
    Licence,
    NumberRange,
    OptOut,
    Policy,
    Reassignment,
    Relationship,
    Segment,
)


class KeyAuthentication(BaseAuthentication):
    """The key in the header, looked up in the database."""

    def authenticate(self, request: Request) -> tuple[Company, ApiKey]:
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        key = (
            ApiKey.objects.select_related("company")
            .filter(digest=sha256(secret.encode()).hexdigest())
            .first()
        )
        if key is None or not key.works(datetime.now(UTC)):
            raise AuthenticationFailed
        return key.company, key


class NumberField(serializers.Field):
    """A number in E.164, as digits inside."""

    def to_internal_value(self, data: Any) -> int:
        try:
            number = phonenumbers.parse(data)
        except phonenumbers.NumberParseException as error:
            raise serializers.ValidationError("not a number") from error
        return int(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def to_representation(self, value: int) -> str:
        return f"+{value}"


class Question(serializers.Serializer):
    """What is asked."""

    number = NumberField()
    caller = NumberField()
    sector = serializers.ChoiceField(SECTORS)
    channel = serializers.ChoiceField(CHANNELS)


class Answer(serializers.ModelSerializer):
    """What is answered."""

    number = NumberField()
    caller = NumberField()
    reasons = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Check
        fields = [
            "id",
            "number",
            "caller",
            "sector",
            "channel",
            "allowed",
            "reasons",
            "checked_at",
            "valid_until",
        ]


class Checks(APIView):
    """Ask before a call."""

    authentication_classes = [KeyAuthentication]

    def post(self, request: Request) -> Response:
        question = Question(data=request.data)
        question.is_valid(raise_exception=True)
        check = ask(Asked(company=request.user, at=datetime.now(UTC), **question.validated_data))
        return Response(Answer(check).data)


class Asked(NamedTuple):
    """One question and its moment."""

    company: Company
    number: int
    caller: int
    sector: str
    channel: str
    at: datetime


class Found(NamedTuple):
    """What was found: why not, and on what terms and consent."""

    codes: list[str]
    policy: Policy
    consent: Consent | None


def ask(asked: Asked) -> Check:
    """Look at one fact after the other, decide, and write the check."""
    found = reasons(asked, {"valid__contains": asked.at, "recorded__contains": asked.at})
    check = Check(
        id=next_id(), checked_at=asked.at, number=asked.number, company=asked.company, seller=asked.company,
        caller=asked.caller, sector=asked.sector, channel=asked.channel, purpose="marketing", kind="dial",
        allowed=not found.codes, decision_id=0, policy=found.policy,
        consent=found.consent and found.consent.record_id,
        valid_until=None if found.codes else asked.at + found.policy.check_validity,
    )  # fmt: skip
    check.save(force_insert=True)
    check.reasons = found.codes or ["consent_on_record"]
    return check


def reasons(asked: Asked, then: dict[str, Any]) -> Found:
    """Why not; nothing if it is allowed."""
    company, number, sector, now = asked.company, asked.number, asked.sector, asked.at
    policy = policy_of(number, sector, then)
    codes = []
    licensed = {licence.sector for licence in Licence.objects.filter(company=company, **then)}
    if not licensed:
        codes.append("company_not_licensed")
    elif sector not in licensed:
        codes.append("sector_not_licensed")
    if not Caller.objects.filter(number=asked.caller, company=company, **then).exists():
        codes.append("caller_not_registered")
    consent = consent_of(company, number, sector, asked.channel, then)
    codes += refusals(company, number, sector, asked.channel, consent=consent, then=then)
    if consent is None and not Relationship.objects.filter(number=number, company=company, **then).exists():
        codes.append("consent_missing")
    if not is_open(policy, now):
        codes.append("outside_calling_hours")
    day = now - timedelta(days=1)
    made = Check.objects.filter(
        number=number, seller=company, allowed=True, kind="dial", checked_at__gte=day, checked_at__lt=now
    )
    if made.count() >= 3:
        codes.append("attempts_exceeded")
    return Found(codes, policy, consent)


def policy_of(number: int, sector: str, then: dict[str, Any]) -> Policy:
    """The terms where the number lives."""
    place = NumberRange.objects.filter(first__lte=int(str(number).ljust(15, "0"))).order_by("-first")[0]
    return Policy.objects.get(jurisdiction=place.jurisdiction, sector=sector, **then)


def consent_of(
    company: Company, number: int, sector: str, channel: str, then: dict[str, Any]
) -> Consent | None:
    """The consent in effect, given since the number last changed hands."""
    handed_over = Reassignment.objects.filter(number=number, **then).order_by("-valid").first()
    for consent in Consent.objects.filter(number=number, company=company, **then).order_by("-given_at"):
        covers = sector in consent.sectors and channel in consent.channels
        fresh = handed_over is None or consent.given_at > handed_over.valid.lower
        if covers and fresh and consent.status in ("recorded", "confirmed"):
            return consent
    return None


def refusals(
    company: Company, number: int, sector: str, channel: str, *, consent: Consent | None, then: dict[str, Any]
) -> list[str]:
    """What the person refused, later than the consent."""
    found = set()
    for opt_out in OptOut.objects.filter(number=number, **then):
        if channel not in opt_out.channels or (consent is not None and opt_out.said_at < consent.given_at):
            continue
        if opt_out.scope == "all":
            found.add("opted_out_of_all")
        elif opt_out.scope == "sector" and opt_out.sector == sector:
            found.add("opted_out_of_sector")
        elif opt_out.scope == "company" and opt_out.company_id == company.pk:
            found.add("opted_out_of_company")
    return sorted(found)


def is_open(policy: Policy, now: datetime) -> bool:
    """Whether it is a time for calls."""
    segment = (
        Segment.objects.filter(schedule__windows_key=policy.windows_key, starts_at__lte=now)
        .order_by("-starts_at")
        .first()
    )
    return segment is not None and segment.state == "open"


def next_id() -> int:
    """The id of the next check."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('registry_check_id_seq')")
        return int(cursor.fetchone()[0])


def alive(request: HttpRequest) -> HttpResponse:
    """The server answers."""
    return HttpResponse()


urlpatterns = [path("api/v1/checks", Checks.as_view()), path("healthz", alive)]
