"""What if, at the desk: who may ask, what is refused, what comes out, and that it is stopped when nobody wants it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.models import Replay
from compliance.replay import draft, replay
from tests.compliance.calls_made import DAY, LATER, asked
from tests.desk.house import desk
from tests.story import ANA

pytestmark = pytest.mark.django_db
OPT_OUT = draft.text_in_force("cn").replace(
    '[[basis]]\nvalue = "consent_required"', '[[basis]]\nvalue = "opt_out"'
)
FORM = {"pack": "cn", "draft": OPT_OUT, "first": str(DAY), "last": str(DAY), "share": "100"}


@pytest.fixture
def eager_on_commit(eager, django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def test_it_begins_from_the_pack_in_force(now):
    page = desk("analyst").get("/desk/what-if/?pack=us").content.decode()
    assert "Telephone Consumer Protection Act" in page or "id = &quot;us&quot;" in page


def test_it_replays_and_shows_what_turns(acme, now, eager_on_commit):
    check = asked(acme, "2026-03-10 09:30", number=ANA)
    with eager_on_commit(execute=True):
        answer = desk("analyst").post("/desk/what-if/", FORM)
    row = Replay.objects.get()
    assert answer["Location"] == f"/desk/what-if/{row.pk}/"
    assert (row.state, row.asked_by.username) == ("completed", "analyst@regulator.example")
    assert row.figures["to_allow"] == {"call": 0, "check": 1}
    page = desk("analyst").get(answer["Location"]).content.decode()
    assert "Denied then, allowed by the draft" in page
    assert f"chk_{check}" in page
    assert str(ANA) not in page
    assert row.digest in page


def test_a_file_counts_instead_of_the_text(now):
    file = SimpleUploadedFile("cn.toml", OPT_OUT.encode())
    desk("analyst").post("/desk/what-if/", FORM | {"draft": "", "file": file})
    assert Replay.objects.get().draft == OPT_OUT


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"draft": OPT_OUT.replace('"opt_out"', '"perhaps"')}, 422, "basis[0]"),
        ({"draft": ""}, 400, "Write a draft"),
        ({"last": "2026-03-01"}, 422, "end before they begin"),
        ({"companies": "acme"}, 400, "Write ids such as com_7"),
        ({"companies": "com_999999"}, 422, "There is no such company"),
        ({"pack": "atlantis"}, 400, "atlantis"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(now, changed, status, says):
    answer = desk("analyst").post("/desk/what-if/", FORM | changed)
    assert answer.status_code == status
    assert says in answer.content.decode()
    assert not Replay.objects.exists()


def test_it_is_not_for_who_may_only_look(now):
    client = desk("observer")
    assert client.get("/desk/what-if/").status_code == 403
    assert client.post("/desk/what-if/", FORM).status_code == 403
    assert not Replay.objects.exists()


def test_it_can_be_cancelled_once(now, clock):
    row = replay.request(pack="cn", text=OPT_OUT, first=DAY, last=DAY, clock=clock)
    client = desk("analyst")
    page = client.get(f"/desk/what-if/{row.pk}/").content.decode()
    assert "refresh" in page
    assert client.get(f"/desk/what-if/{row.pk}/cancel/").status_code == 405
    assert client.post(f"/desk/what-if/{row.pk}/cancel/").status_code == 302
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert client.post(f"/desk/what-if/{row.pk}/cancel/").status_code == 409


def test_the_result_is_the_same_when_it_is_shown_again(acme, clock, now):
    asked(acme, "2026-03-10 09:30", number=ANA)
    row = replay.request(pack="cn", text=OPT_OUT, first=DAY, last=DAY, clock=LATER)
    replay.run(row.pk, clock=LATER)
    first = _content(row)
    asked(acme, "2026-03-10 09:40", number=ANA)
    assert _content(row) == first


def _content(row: Replay) -> str:
    """The page of a replay without its head, where each answer has a token of its own."""
    return desk("analyst").get(f"/desk/what-if/{row.pk}/").content.decode().partition("<main")[2]


def test_it_knows_what_is_missing(now):
    assert desk("analyst").get("/desk/what-if/999/").status_code == 404
    assert desk("analyst").post("/desk/what-if/999/cancel/").status_code == 404
