"""What if: a period's questions asked again under a draft, without a row written but the replay's own."""

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from compliance import tasks
from compliance.errors import DraftNotAccepted, ReplayEnded
from compliance.models import Replay
from compliance.replay import draft, replay
from compliance.replay.session import SHADOWED, session
from config.embedded.processes import wait_until
from registry import claims
from registry.errors import InvalidInput
from registry.models import Check, Policy
from tests.compliance.calls_made import DAY, LATER, agreed, asked, called, refused
from tests.story import ANA

BEN = ANA + 1
HOURS = '{ all_days = [["09:00", "21:00"]] }'


def drafted(*changes: tuple[str, str], pack: str = "cn") -> str:
    """The pack in force with some words changed."""
    text = draft.text_in_force(pack)
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    return text


#: Calls need no consent any more; calls are permitted in the morning only.
NO_CONSENT = drafted(('[[basis]]\nvalue = "consent_required"', '[[basis]]\nvalue = "opt_out"'))
MORNINGS = drafted((HOURS, '{ all_days = [["09:00", "12:00"]] }'))


NEXT_YEAR = (
    '[[basis]]\nvalue = "opt_out"\nfrom = 2027-01-01\nsource = "s"\nevidence = "V"\ncitation = "c"\n\n'
)


def replayed(text: str, pack: str = "cn", **choices) -> Replay:
    row = replay.request(pack=pack, text=text, first=DAY, last=DAY, clock=LATER, **choices)
    replay.run(row.pk, clock=LATER)
    row.refresh_from_db()
    assert row.state == "completed", row.problem
    return row


def everything() -> dict[str, int]:
    """How many rows each table of the register and of compliance holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
            "WHERE nspname = 'public' AND relkind = 'r' AND relname <> 'compliance_replay'"
        )
        names = [name for (name,) in cursor.fetchall()]
        counts = {}
        for name in names:
            cursor.execute(f'SELECT count(*), coalesce(sum(hashtext(t::text)), 0) FROM "{name}" AS t')
            counts[name] = cursor.fetchone()
    return counts


@pytest.fixture
def a_day(acme):
    """Ana agreed and is called in the morning and the afternoon; Ben never agreed, is denied, and called once more."""
    agreed(acme)
    morning = asked(acme, "10:00")
    called(acme, "10:05", check_id=morning)
    called(acme, "15:05", check_id=asked(acme, "15:00"))
    called(acme, "10:30", number=BEN, check_id=asked(acme, "10:20", number=BEN))
    return acme


def test_a_draft_without_a_change_turns_nothing(a_day):
    row = replayed(draft.text_in_force("cn"))
    assert row.changes == []
    assert row.figures["asked"] == {"call": 3, "check": 3}
    assert row.figures["allowed_before"] == row.figures["allowed_after"] == {"call": 2, "check": 2}
    assert row.figures["by_reason"] == row.figures["examples"] == []


def test_it_shows_what_would_be_denied(a_day):
    # Insurance has a pack of its own in China, laid over the country's, with hours of its own.
    row = replayed(
        drafted((HOURS, '{ all_days = [["09:00", "12:00"]] }'), pack="cn-insurance"), "cn-insurance"
    )
    assert [change["parameter"] for change in row.changes] == ["windows"]
    assert row.changes[0]["replayed"] is True
    assert row.figures["to_deny"] == {"call": 1, "check": 1}
    assert row.figures["to_allow"] == {"call": 0, "check": 0}
    (line,) = row.figures["by_reason"]
    assert (line["name"], line["to_deny_calls"], line["to_deny_checks"]) == ("outside_calling_hours", 1, 1)
    (example,) = row.figures["examples"]
    assert {one["kind"] for one in example["of"]} == {"call", "check"}
    assert Check.objects.filter(pk__in=[e["id"] for e in example["of"] if e["kind"] == "check"]).exists()


def test_it_shows_what_would_be_allowed(a_day):
    row = replayed(NO_CONSENT)
    assert row.figures["to_allow"] == {"call": 1, "check": 1}
    assert row.figures["to_deny"] == {"call": 0, "check": 0}
    assert [line["name"] for line in row.figures["by_reason"]] == ["consent_missing"]
    assert [line["name"] for line in row.figures["by_company"]] == [str(a_day.pk)]
    assert [line["name"] for line in row.figures["by_sector"]] == ["insurance"]


def test_a_refusal_stands_whatever_the_draft_says_of_consent(a_day):
    refused(None, "10:25", number=BEN)
    assert replayed(NO_CONSENT).figures["to_allow"] == {"call": 0, "check": 1}


def test_a_parameter_that_replaying_cannot_show_is_said_to_be_one(a_day):
    row = replayed(drafted(('[[consent_lasts]]\nvalue = "P2Y"', '[[consent_lasts]]\nvalue = "P1D"')))
    assert [(change["parameter"], change["replayed"]) for change in row.changes] == [("consent_lasts", False)]
    assert row.figures["to_deny"] == {"call": 0, "check": 0}


def test_a_value_of_next_year_is_asked_about_with_its_day(a_day):
    later = drafted(
        (
            '[[basis]]\nvalue = "consent_required"',
            NEXT_YEAR + '[[basis]]\nvalue = "consent_required"',
        )
    )
    assert replayed(later).figures["to_allow"] == {"call": 0, "check": 0}
    assert replayed(later, terms_on=date(2027, 6, 1)).figures["to_allow"] == {"call": 1, "check": 1}


def test_it_asks_only_what_was_chosen(a_day, bolt):
    assert replayed(NO_CONSENT, sectors=["finance"]).figures["asked"] == {"call": 0, "check": 0}
    assert replayed(NO_CONSENT, companies=[bolt.pk]).figures["asked"] == {"call": 0, "check": 0}
    both = replayed(NO_CONSENT, companies=[a_day.pk, bolt.pk]).figures["asked"]
    assert both == {"call": 3, "check": 3}


def test_a_sample_holds_whole_numbers_and_is_the_same_each_time(acme):
    for n in range(200):
        asked(acme, "10:00", number=ANA + n)
    first, second = (replayed(NO_CONSENT, share=20).figures for _ in range(2))
    assert first == second
    assert 15 <= first["asked"]["check"] <= 70


def test_calls_that_came_later_are_left_out(a_day):
    row = replay.request(pack="cn", text=NO_CONSENT, first=DAY, last=DAY, clock=LATER - timedelta(days=10))
    row.as_of -= timedelta(hours=4)
    row.save()
    replay.run(row.pk, clock=LATER)
    row.refresh_from_db()
    assert row.figures["asked"]["call"] < 3


def test_nothing_is_written_but_its_own_row(a_day):
    before = everything()
    replayed(MORNINGS)
    replayed(drafted((HOURS, '{ all_days = [["09:00", "12:00"]] }'), pack="cn-insurance"), "cn-insurance")
    assert everything() == before


def test_it_leaves_no_table_and_no_setting_behind(a_day):
    replayed(NO_CONSENT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname = ANY (%s)",
            [list(SHADOWED)],
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == ('"$user", public',)
    assert not Policy.objects.filter(pk__lt=0).exists()


def test_other_sessions_never_see_the_draft(committed):
    other = connection.copy()
    count = "SELECT count(*), min(id) FROM registry_policy"
    try:
        with other.cursor() as cursor:
            cursor.execute(count)
            before = cursor.fetchone()
        with session(draft.read("cn", NO_CONSENT).rows(None)) as views:
            with views.draft():
                assert Policy.objects.filter(pk__lt=0).exists()
                with other.cursor() as cursor:
                    cursor.execute(count)
                    assert cursor.fetchone() == before
            assert not Policy.objects.filter(pk__lt=0).exists()
    finally:
        other.close()


def test_after_an_error_the_register_is_itself_again(committed):
    with (
        pytest.raises(ZeroDivisionError),
        session(draft.read("cn", NO_CONSENT).rows(None)) as views,
        views.draft(),
    ):
        raise ZeroDivisionError
    assert not Policy.objects.filter(pk__lt=0).exists()


def test_behind_a_pooler_that_shares_sessions_it_is_refused(a_day, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", None)
    row = replay.request(pack="cn", text=MORNINGS, first=DAY, last=DAY, clock=LATER)
    assert replay.run(row.pk, clock=LATER)["state"] == "failed"
    row.refresh_from_db()
    assert row.problem["code"] == "replay_needs_session"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND relpersistence = 't'", [list(SHADOWED)]
        )
        assert cursor.fetchone() == (0,)


#: A worker that is killed with the draft in force in its session.
WORKER = """
import sys, time
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from compliance.replay import draft
from compliance.replay.session import session
from registry.models import Policy
with session(draft.read("cn", draft.text_in_force("cn")).rows(None)) as views, views.draft():
    assert Policy.objects.filter(pk__lt=0).exists()
    print("there", flush=True)
    time.sleep(600)
"""


def test_a_killed_worker_leaves_nothing(committed):
    before = everything()
    words = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"])]
    with subprocess.Popen(words, cwd=settings.BASE_DIR, stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline() == b"there\n"
        worker.kill()
    assert everything() == before
    gone = "SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname = 'registry_policy'"

    def left() -> int:
        with connection.cursor() as cursor:
            cursor.execute(gone)
            return cursor.fetchone()[0]

    assert wait_until(lambda: left() == 0, seconds=20)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ((("consent_required", "anything_goes"),), "basis"),
        ((("[[windows]]", "[[windws]]"),), "windws"),
        ((('["CN"]', '["CN", "TW"]'),), "jurisdictions"),
        ((("id = ", "id = ["),), "TOML"),
    ],
)
def test_a_draft_that_is_none_is_refused_and_says_where(clock, changes, where):
    with pytest.raises(DraftNotAccepted, match=where) as refusal:
        draft.read("cn", drafted(*changes))
    assert refusal.value.pointer == "/draft"


def test_a_draft_is_of_a_pack_that_is_there():
    with pytest.raises(DraftNotAccepted):
        draft.read("../etc/passwd", "")


@pytest.mark.parametrize(
    ("choices", "pointer"),
    [
        ({"last": DAY - timedelta(days=1)}, "/last"),
        ({"last": DAY + timedelta(days=400)}, "/last"),
        ({"first": date(2027, 1, 1), "last": date(2027, 1, 2)}, "/first"),
        ({"share": 0}, "/share"),
        ({"sectors": ["gambling"]}, "/sectors"),
        ({"companies": [99]}, "/companies"),
    ],
)
def test_a_request_that_means_nothing_is_refused(db, choices, pointer):
    with pytest.raises(InvalidInput) as refusal:
        replay.request(
            **({"pack": "cn", "text": NO_CONSENT, "first": DAY, "last": DAY, "clock": LATER} | choices)
        )
    assert refusal.value.pointer == pointer
    assert not Replay.objects.exists()


def test_what_is_cancelled_is_not_done(a_day):
    row = replay.request(pack="cn", text=NO_CONSENT, first=DAY, last=DAY, clock=LATER)
    replay.cancel(replay_id=row.pk, clock=LATER)
    assert replay.run(row.pk, clock=LATER)["state"] == "cancelled"
    with pytest.raises(ReplayEnded):
        replay.cancel(replay_id=row.pk, clock=LATER)


def test_cancelling_stops_it_on_its_way(a_day):
    row = replay.request(pack="cn", text=NO_CONSENT, first=DAY - timedelta(days=1), last=DAY, clock=LATER)
    asked(a_day, "2026-03-09 10:00")

    def cancel(done: int, total: int) -> None:
        assert total == 2
        if done == 1:
            replay.cancel(replay_id=row.pk, clock=LATER)

    assert replay.run(row.pk, clock=LATER, progress=cancel)["state"] == "cancelled"
    row.refresh_from_db()
    assert (row.units_done, row.figures) == (1, None)
    assert Counter(Policy.objects.filter(pk__lt=0)) == Counter()


def test_it_is_done_once(a_day):
    row = replayed(NO_CONSENT)
    replay.run(row.pk, clock=LATER + timedelta(hours=1))
    before = row.finished_at
    row.refresh_from_db()
    assert row.finished_at == before


def test_a_replay_that_nobody_does_is_found_and_done(a_day, eager):
    row = replay.request(pack="cn", text=NO_CONSENT, first=DAY, last=DAY, clock=LATER)
    with time_machine.travel(LATER + timedelta(minutes=1), tick=False):
        assert tasks.find_lost_replays() == 0
    with time_machine.travel(LATER + claims.SILENCE + timedelta(minutes=1), tick=False):
        assert tasks.find_lost_replays() == 1
    row.refresh_from_db()
    assert row.state == "completed"
