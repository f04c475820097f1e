"""What a person comes for, each from its beginning to its end, in a real browser on a phone."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from compliance import complaint_matching, complaints
from compliance.models import Complaint
from registry import companies, consents, disputes
from registry.codes import CHANNELS
from registry.messages import memory
from registry.models import CarerAct, Company, Consent, DisputeStep, OptOut, Subscriber
from registry.periods import Moment
from tests.conftest import ACME_CALLER, ANA
from tests.portal.house import CHROMIUM, PHONE, browsing, faults, serving, sign_in

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium (apt-get install chromium)")

BEN = ANA + 1
#: First visit and all: page, style, script, icon.
MOST_BYTES = 100_000


@pytest.fixture(scope="module")
def chromium():
    with browsing() as browser:
        yield browser


@pytest.fixture
def site(committed, files, monkeypatch):
    """The portal, with a company that claims a consent of Ana's; a form may be filled in at a machine's speed."""
    monkeypatch.setattr("compliance.portal.forms.FASTEST", 0)
    then = Moment.of(datetime.now(UTC) - timedelta(days=1))
    acme = companies.enter(name="Acme Insurance", moment=then)
    companies.license(company=acme, sectors=["insurance"], moment=then)
    companies.add_caller(company=acme, number=ACME_CALLER, moment=then)
    consents.record(
        company=acme, number=ANA, sectors=["insurance"], channels=CHANNELS, given_at=then.at, method="web_form",
        notice_text="You may call me.", evidence=[{"type": "page", "sha256": "0" * 64}], reference="f", moment=then,
    )  # fmt: skip
    with serving() as address:
        yield address


@pytest.fixture
def phone(chromium):
    context = chromium.new_context(viewport=PHONE, locale="en", accept_downloads=True)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def standing() -> list[OptOut]:
    return list(OptOut.objects.current().filter(number=ANA, valid__upper_inf=True).order_by("pk"))


def taps(page: Page) -> int:
    """How often the screen was touched since the count began, across pages."""
    return page.evaluate("Number(sessionStorage.getItem('taps'))")


COUNT = """addEventListener('pointerdown', () =>
    sessionStorage.setItem('taps', Number(sessionStorage.getItem('taps')) + 1))"""


def test_it_refuses_by_sector_kind_and_time_and_takes_one_back(site, phone):
    sign_in(phone, site)
    phone.get_by_role("link", name="What I refuse").click()
    phone.get_by_role("link", name="By sector").click()
    phone.get_by_label("Real estate").check()
    press(phone, "Save")
    phone.get_by_role("link", name="By kind of call").click()
    phone.get_by_label("Text messages").check()
    press(phone, "Save")
    phone.get_by_role("link", name="By day and hour").click()
    phone.get_by_role("link", name="Weekends and holidays").click()
    press(phone, "Refuse these times")
    sector, kind, time = standing()
    assert (sector.sector, kind.channels, time.days) == ("real_estate", ["sms"], ["sat", "sun", "holiday"])
    press(phone, "Undo")
    assert len(standing()) == 2
    phone.get_by_role("link", name="History").first.click()
    expect(phone.get_by_role("heading", name="History")).to_be_visible()


def test_it_lets_one_company_back_in(site, phone):
    sign_in(phone, site)
    press(phone, "Refuse all sales calls")
    phone.goto(f"{site}/my/companies/?q=acme")
    phone.get_by_role("button", name="Refuse Acme Insurance").click()
    phone.goto(f"{site}/my/companies/?q=acme")
    phone.get_by_role("link", name="Let it call").click()
    press(phone, "Let it call")
    expect(phone.get_by_role("heading", name="What you agreed to on this site")).to_be_visible()
    # The refusal of everything stands for everybody else; that of the company is gone.
    assert [row.scope for row in standing()] == ["all"]
    given = Consent.objects.current().filter(status="confirmed").get()
    assert consents.given_here(given)
    phone.goto(f"{site}/my/")
    expect(phone.locator("main")).to_contain_text("1 consent still lets a company call.")


def test_it_disputes_reads_the_answer_and_objects(site, phone):
    sign_in(phone, site)
    phone.get_by_role("link", name="Who claims my consent").click()
    phone.get_by_role("button", name="I never agreed").click()
    row = Consent.objects.current().filter(status="disputed").get()
    disputes.answer(
        record_id=row.record_id, company_id=row.company_id, text="You ticked the box.",
        evidence=[{"type": "page", "sha256": "0" * 64}], moment=Moment.of(datetime.now(UTC)),
    )  # fmt: skip
    phone.reload()
    expect(phone.get_by_role("heading", name="The company has answered")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("You ticked the box.")
    phone.get_by_text("I object to this answer").click()
    assert faults(phone) == []
    phone.get_by_label("What is wrong with its answer?").fill("I have no computer.")
    press(phone, "I object")
    expect(phone.get_by_role("heading", name="An officer decides")).to_be_visible()
    assert DisputeStep.objects.get(step="object").text == "I have no computer."
    assert faults(phone) == []


def test_it_files_a_complaint_in_five_taps_and_follows_it_to_an_objection(site, phone):
    sign_in(phone, site)
    phone.add_init_script(COUNT)
    phone.goto(site)
    phone.get_by_role("navigation", name="Main").get_by_role("link", name="Complain").click()
    phone.locator("#id_caller").click()
    phone.keyboard.type("010 6555 1234")
    phone.get_by_label("What did they want to sell?").select_option("insurance")
    phone.get_by_role("button", name="File the complaint").click()
    expect(phone.get_by_role("heading", name="On record")).to_be_visible()
    # The menu, the field, the button. The list of sectors is the browser's own, and takes two more that are not seen.
    assert taps(phone) == 3
    row = Complaint.objects.get()
    assert (row.number, row.caller, row.sector, row.proven) == (ANA, ACME_CALLER, "insurance", True)
    clock = datetime.now(UTC)
    complaint_matching.match(row.pk, clock=clock)
    complaints.answer(
        complaint_id=row.pk, company_id=Company.objects.get().pk, text="You agreed.", evidence=[], clock=clock
    )
    phone.reload()
    expect(phone.get_by_role("heading", name="Answered")).to_be_visible()
    phone.get_by_text("I do not accept this").click()
    assert faults(phone) == []
    press(phone, "I object")
    expect(phone.get_by_role("heading", name="Objected")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("An officer decides")
    phone.get_by_role("link", name="My number").first.click()
    phone.get_by_role("link", name="My complaints").click()
    expect(phone.locator("main ul.list")).to_contain_text("Objected – Acme Insurance")


def test_it_finds_a_complaint_again_by_its_code(site, phone):
    phone.goto(f"{site}/who-called/")
    phone.locator("#id_number").fill("010 6555 1234")
    press(phone, "Look it up")
    expect(phone.get_by_role("heading", name="Acme Insurance")).to_be_visible()
    phone.locator("main").get_by_role("link", name="Complain").click()
    expect(phone.locator("#id_caller")).to_have_value(f"+{ACME_CALLER}")
    press(phone, "File the complaint")
    code = phone.locator(".tracking").inner_text()
    phone.goto(f"{site}/complain/track/")
    phone.locator("#id_code").fill(code.lower())
    press(phone, "Show it")
    expect(phone.get_by_role("heading", name="On record")).to_be_visible()
    assert Complaint.objects.get().proven is False


def test_it_lets_a_carer_act_and_shows_what_they_did(site, phone, chromium):
    sign_in(phone, site)
    phone.get_by_role("link", name="Somebody who acts for me").click()
    phone.locator("#id_number").fill(f"+{BEN}")
    press(phone, "Let them act for me")
    theirs = chromium.new_context(viewport=PHONE, locale="en")
    other = theirs.new_page()
    sign_in(other, site, f"+{BEN}")
    other.get_by_role("button", name="Act for them").click()
    expect(other.locator(".notice.warn").first).to_contain_text("You act for +86138****8000")
    press(other, "Refuse all sales calls")
    assert [row.scope for row in standing()] == ["all"]
    assert other.goto(f"{site}/my/consents/").status == 403
    theirs.close()
    phone.goto(f"{site}/my/carers/")
    phone.locator("summary", has_text="What they did").click()
    expect(phone.locator("main details")).to_contain_text("Refused all sales calls")
    phone.get_by_role("button", name="End it").click()
    expect(phone.locator("main")).to_contain_text("They may not act for you any more.")
    assert CarerAct.objects.count() == 1


def test_it_saves_a_receipt_and_proves_it_genuine(site, phone):
    sign_in(phone, site)
    press(phone, "Refuse all sales calls")
    phone.get_by_role("link", name="My number").first.click()
    phone.get_by_role("link", name="A receipt to keep").click()
    with phone.expect_download() as saved:
        phone.get_by_role("link", name="Save as PDF").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF-")
    with phone.expect_download() as saved:
        phone.get_by_role("link", name="Save for machines").click()
    document = saved.value.path().read_text(encoding="utf-8")
    assert json.loads(document)["claims"]["opt_outs"][0]["scope"] == "all"
    phone.get_by_role("link", name="check it here").click()
    phone.locator("#id_receipt").fill(document)
    press(phone, "Check it")
    expect(phone.get_by_role("heading", name="It is genuine")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("All sales calls")


def test_it_deletes_a_person(site, phone):
    sign_in(phone, site)
    press(phone, "Refuse all sales calls")
    phone.goto(f"{site}/my/erasure/")
    phone.get_by_label("Take back every consent a company claims").check()
    phone.get_by_label("Yes, delete me").check()
    press(phone, "Delete me")
    expect(phone.get_by_role("heading", name="You are deleted")).to_be_visible()
    assert faults(phone) == []
    assert not Subscriber.objects.exists()
    assert [row.scope for row in standing()] == ["all"]
    phone.goto(f"{site}/my/")
    expect(phone.get_by_role("heading", name="Prove your number")).to_be_visible()


def test_it_reads_the_code_out_on_the_telephone(site, phone):
    phone.goto(f"{site}/sign-in/")
    phone.locator("#id_number").fill("010 6555 9999")
    phone.get_by_label("By a call that reads it out").check()
    press(phone, "Send me a code")
    expect(phone.locator("main")).to_contain_text("We are calling")
    (message,) = memory.outbox
    assert message.channel == "voice"


def test_it_weighs_little(site, chromium):
    """Every page on a first visit, with all that comes with it, as it leaves the server."""
    sign = chromium.new_context(viewport=PHONE, locale="en")
    page = sign.new_page()
    sign_in(page, site)
    kept = sign.storage_state()
    sign.close()
    heavy = {}
    for path in (
        "/", "/sign-in/", "/law/", "/who-called/", "/receipts/", "/complain/", "/my/", "/my/opt-outs/",
        "/my/companies/", "/my/opt-outs/hours/", "/my/consents/", "/my/calls/", "/my/asked/", "/my/carers/",
        "/my/erasure/", "/my/complaints/",
    ):  # fmt: skip
        context = chromium.new_context(viewport=PHONE, storage_state=kept)
        page = context.new_page()
        sizes: dict[str, int] = {}
        page.on("response", lambda answer, sizes=sizes: sizes.__setitem__(answer.url, len(answer.body())))
        page.goto(site + path, wait_until="load")
        if sum(sizes.values()) >= MOST_BYTES or not all(url.startswith(site) for url in sizes):
            heavy[path] = sizes
        context.close()
    assert not heavy


@pytest.mark.parametrize("path", ["/my/opt-outs/", "/my/consents/", "/my/receipt/"])
def test_it_prints_black_on_white(site, chromium, path):
    context = chromium.new_context(viewport=PHONE, locale="en", color_scheme="dark")
    page = context.new_page()
    sign_in(page, site)
    press(page, "Refuse all sales calls")
    page.goto(site + path)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    expect(page.locator("main button").first).to_be_hidden() if page.locator("main button").count() else None
    context.close()
