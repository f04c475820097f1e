"""A whole number is shown to who may see it, against a reason that stays on record."""

import pytest
from django.test import Client

from registry import opt_outs
from registry.models import AccessRecord, OptOut
from tests.conftest import ANA
from tests.desk.house import desk

pytestmark = pytest.mark.django_db
REASON = {"reason": "Complaint cmp_7 names this number"}


@pytest.fixture
def address(now, moment) -> str:
    opt_outs.register(number=ANA, scope="all", source="portal", moment=moment)
    return f"/desk/unmask/opt-out/{OptOut.objects.get().pk}/"


def test_it_asks_for_a_reason_first(address):
    answer = desk("case_officer").get(address)
    assert answer.status_code == 200
    assert str(ANA) not in answer.content.decode()
    assert not AccessRecord.objects.exists()


def test_it_shows_the_number_and_leaves_a_record(address, moment):
    answer = desk("case_officer").post(address, REASON)
    assert f"+{ANA}" in answer.content.decode()
    record = AccessRecord.objects.get()
    assert (record.kind, record.reason, record.at) == ("opt-out", REASON["reason"], moment.at)
    assert record.user.username == "case_officer@regulator.example"
    assert record.object_id.startswith("opt_")
    assert "no-store" in answer["Cache-Control"]


def test_it_shows_nothing_for_a_reason_that_is_none(address):
    answer = desk("case_officer").post(address, {"reason": "x"})
    assert answer.status_code == 400
    assert str(ANA) not in answer.content.decode()
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("role", ["observer", "analyst"])
def test_it_is_not_for_every_role(address, role):
    assert desk(role).get(address).status_code == 403
    assert desk(role).post(address, REASON).status_code == 403
    assert not AccessRecord.objects.exists()


def test_it_asks_strangers_to_sign_in_and_brings_them_back(address):
    answer = Client().get(address)
    assert answer.status_code == 302
    assert "next=%2Fdesk%2Funmask" in answer["Location"]


@pytest.mark.parametrize("path", ["/desk/unmask/opt-out/999999/", "/desk/unmask/session/1/"])
def test_it_knows_what_is_missing(now, path):
    assert desk("case_officer").get(path).status_code == 404


def test_it_goes_back_only_to_pages_of_ours(address):
    answer = desk("case_officer").get(address, {"next": "https://elsewhere.example/"})
    assert "elsewhere" not in answer.content.decode()


def test_it_takes_no_other_method(address):
    assert desk("case_officer").put(address).status_code == 405
