"""The demo: a small register with a past, so that there is something to look at after the first `up`.

`cast.py` enters companies and what people told them; `day.py` lets the companies ask, call and report for a day, some
of them not honestly, and has it audited; `complaints.py` has some people complain; `carrier_records.py` sets a
carrier's word against theirs; `cases.py` has an officer act on it; `reports.py` sums it up, and leaves something to
do. Every moment is in the past and given explicitly, so that the two clocks tell the story that they would have told
had it happened. What the screen shows is kept in `demo.json` of the data folder.
"""

import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from config import screen
from config.demo import carrier_records, cases, cast, complaints, day, reports
from registry import companies, ids, phone, roles
from registry.models import ApiKey, Company
from registry.periods import Moment

STAFF = "regulator@demo.example"
#: Who works on the cases of the demo, and does not sign in.
OFFICER = "officer@demo.example"


@dataclass(frozen=True)
class DemoResult:
    """What there is to look at: the company whose key it is, who may sign in, and a check to ask for."""

    company: str
    key: str
    staff: str
    password: str
    check: dict[str, str]
    base_url: str

    @property
    def curl(self) -> str:
        """A command that asks for the check."""
        return screen.curl(self.base_url, self)


def load(base_url: str | None = None, *, clock: datetime | None = None) -> DemoResult | None:
    """Load the demo into an empty register; where it was loaded before, say again what there is.

    None for a register that holds companies of its own: a demo does not mix with them. Broken off, it is completed
    the next time. `clock` is now unless a test says otherwise.
    """
    now = clock or datetime.now(UTC)
    company = _entered() or _begin(now)
    if company is None:
        return None
    kept = _credentials(company, _read(), Moment.of(now))
    _write(kept)
    with _quiet():
        _finish(cast.day_of(company), now)
    return DemoResult(
        company=ids.public("com", company.pk),
        key=kept["key"],
        staff=STAFF,
        password=kept["password"],
        check={
            "number": phone.e164(cast.person(cast.INSURER, cast.AGREED)),
            "caller": phone.e164(cast.INSURER.callers[0]),
            "sector": cast.INSURER.sectors[0],
            "channel": "live",
        },
        base_url=base_url or settings.PUBLIC_URL,
    )


def _finish(the_day: datetime, clock: datetime) -> None:
    """What came of the day, in the order in which it happened; what is there already is left alone."""
    officer, _ = get_user_model().objects.get_or_create(username=OFFICER, defaults={"email": OFFICER})
    if roles.of(officer) is None:
        officer.set_unusable_password()
        officer.save()
        roles.give(user=officer, role="case_officer")
    chief = get_user_model().objects.get(username=STAFF)
    day.finish(day=the_day, clock=cast.since(the_day, clock, 0.1), audited_at=cast.since(the_day, clock, 0.2))
    complaints.finish(day=the_day, clock=cast.since(the_day, clock, 0.3), user=officer)
    carrier_records.finish(day=the_day, clock=cast.since(the_day, clock, 0.4))
    cases.finish(day=the_day, clock=clock, officer=officer, chief=chief)
    reports.finish(day=the_day, clock=clock, user=officer)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the events of loading and auditing, which would come between the lines of the screen."""
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _entered() -> Company | None:
    """The demo company, where the demo was loaded before."""
    return (
        Company.objects.filter(name=cast.INSURER.name, registration=cast.REGISTRATION).order_by("id").first()
    )


@transaction.atomic
def _begin(now: datetime) -> Company | None:
    """Everything before the call logs, all at once, into an empty register; None where it is not empty."""
    with connection.cursor() as cursor:
        # Two that start on one database at once: the second waits, and finds the demo.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('demo'))")
    if Company.objects.exists():
        return _entered()
    yesterday = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=1)
    entered = cast.enter(yesterday)
    day.ask(entered, yesterday)
    return entered[cast.INSURER]


def _credentials(company: Company, kept: dict[str, str], moment: Moment) -> dict[str, str]:
    """A key that works and a person who can sign in: those that are kept, or new ones."""
    secret, password = kept.get("key", ""), kept.get("password", "")
    key = ApiKey.objects.filter(company=company, digest=companies.digest(secret)).first()
    if key is None or not key.works(moment.at):
        scopes = (*companies.DEFAULT_SCOPES, "read")
        _, secret = companies.issue_key(company=company, scopes=scopes, moment=moment)
    user, _ = get_user_model().objects.get_or_create(username=STAFF, defaults={"email": STAFF})
    if not password or not user.check_password(password):
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save()
        roles.give(user=user, role="administrator")
    return {"key": secret, "password": password}


def _file() -> Path:
    return Path(settings.DATA_DIR) / "demo.json"


def _read() -> dict[str, Any]:
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(kept: dict[str, str]) -> None:
    """Keep it, readable by the owner only: it holds a key and a password."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(kept, file, indent=1)
    draft.replace(path)
