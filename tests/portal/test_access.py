"""Who gets in: personal pages ask for the number first, keep no copies, and refuse forged forms."""

import pytest
from django.test import Client
from django.urls import get_resolver

from registry.portal.page import ProvenPage
from registry.portal.urls import urlpatterns
from tests.portal.conftest import sign_in

PATHS = {
    "my-number": "/my/",
    "opt-outs": "/my/opt-outs/",
    "opt-out-sectors": "/my/opt-outs/sectors/",
    "opt-out-channels": "/my/opt-outs/channels/",
    "opt-out-hours": "/my/opt-outs/hours/",
    "opt-out": "/my/opt-outs/opt_1/",
    "opt-out-withdrawal": "/my/opt-outs/opt_1/withdrawal/",
    "opt-out-renewal": "/my/opt-outs/opt_1/renewal/",
    "companies": "/my/companies/",
    "company-refusal": "/my/companies/com_1/refusal/",
    "company-permission": "/my/companies/com_1/permission/",
    "consents": "/my/consents/",
    "consent": "/my/consents/con_1/",
    "consent-step": "/my/consents/con_1/revoke/",
    "who-asked": "/my/asked/",
    "receipt": "/my/receipt/",
    "receipt-pdf": "/my/receipt.pdf",
    "receipt-json": "/my/receipt.json",
    "erasure": "/my/erasure/",
    "carers": "/my/carers/",
    "carer-end": "/my/carers/1/end/",
    "acting": "/my/acting/1/",
}
#: Pages that are read, and not only sent to.
READ = [path for name, path in PATHS.items() if name not in ("opt-out", "consent", "consent-step", "acting")
        and not name.endswith(("-withdrawal", "-renewal", "-refusal", "-permission", "-end"))]  # fmt: skip


def test_it_knows_every_personal_page():
    personal = {entry.name for entry in urlpatterns if issubclass(entry.callback.view_class, ProvenPage)}
    assert personal == set(PATHS)
    assert all(get_resolver().resolve(path).url_name == name for name, path in PATHS.items())


@pytest.mark.parametrize("path", PATHS.values())
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_asks_for_the_number_first(browser, path, method):
    assert getattr(browser, method)(path).url == "/sign-in/"


@pytest.mark.parametrize("path", READ)
def test_it_lets_nobody_keep_a_copy(ana_at_home, path):
    answer = ana_at_home.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("path", [path for path in READ if not path.endswith((".pdf", ".json"))])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_shows_every_page_in_both_languages_and_small(ana_at_home, acme, path, language):
    ana_at_home.get(f"/language/{language}/")
    answer = ana_at_home.get(path)
    page = answer.content.decode()
    assert f'<html lang="{language}">' in page
    assert " style=" not in page
    assert page.count("<script") == 1
    assert len(answer.content) < 30_000


def test_it_shows_the_whole_number_on_no_page_but_the_receipt(ana_at_home):
    for path in READ:
        if not path.startswith("/my/receipt"):
            assert "13800138000" not in ana_at_home.get(path).content.decode(), path


def test_it_refuses_forged_forms(browser):
    strict = Client(enforce_csrf_checks=True)
    sign_in_token = strict.get("/sign-in/").context["csrf_token"]
    strict.cookies["csrftoken"] = strict.cookies["csrftoken"].value
    from tests.portal.conftest import sent_code

    data = {"csrfmiddlewaretoken": str(sign_in_token)}
    strict.post("/sign-in/", data | {"number": "13800138000"})
    strict.post("/sign-in/code/", data | {"code": sent_code()})
    assert strict.get("/my/").status_code == 200
    for path in PATHS.values():
        assert strict.post(path, {"sure": "on"}).status_code == 403, path


@pytest.mark.parametrize(
    "path", ["/my/opt-outs/opt_1/withdrawal/", "/my/consents/con_1/revoke/", "/my/companies/com_1/refusal/"]
)
def test_it_changes_nothing_by_following_a_link(ana_at_home, path):
    assert ana_at_home.get(path).status_code == 405


def test_it_signs_out_who_was_erased_elsewhere(ana_at_home):
    elsewhere = sign_in(Client())
    elsewhere.post("/my/erasure/", {"sure": "on"})
    assert ana_at_home.get("/my/").url == "/sign-in/"


def test_it_leaves_staff_signed_in_when_a_person_signs_out(db, now, browser):
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.create_user("s@example.org", password="x", is_staff=True)
    browser.force_login(user)
    sign_in(browser)
    browser.post("/sign-out/")
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_it_offers_the_pages_of_others_only_where_they_are_there(ana_at_home):
    """`complain` and `calls-about-me` belong to another application; pages work with and without them."""
    names = {entry.name for entry in urlpatterns}
    assert not names & {"complain", "calls-about-me"}
    assert ana_at_home.get("/my/").status_code == 200
