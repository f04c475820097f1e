"""A receipt says what is refused and since when; it is signed, readable on paper in both languages, and checkable."""

import io
import json

import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from pypdf import PdfReader

from registry import opt_outs, receipts
from registry.errors import ReceiptNotValid
from registry.receipts import OPT_OUT_TYPE
from tests.conftest import ANA


@pytest.fixture
def refusals(acme, moment, ana_at_home):
    """Ana refuses everything, Acme, and weekends."""
    return [
        opt_outs.register(number=ANA, source="portal", moment=moment, **wish)
        for wish in (
            {"scope": "all"},
            {"scope": "company", "company": acme},
            {"scope": "all", "days": ["sat"], "hours": (480, 600), "channels": ["live"]},
        )
    ]


def written(page) -> str:
    """What a page says; the reader leaves the upper half of each letter's code in."""
    return page.extract_text().replace("\x00", "")


def document(browser) -> dict:
    answer = browser.get("/my/receipt.json")
    assert answer["Content-Disposition"] == 'attachment; filename="receipt-2026-03-10.json"'
    return json.loads(answer.content)


def test_it_signs_what_is_refused(ana_at_home, refusals, client):
    given = document(ana_at_home)
    assert given["claims"]["sub"] == "+8613800138000"
    ids = {row["id"] for row in given["claims"]["opt_outs"]}
    assert ids == {f"opt_{row.record_id}" for row in refusals}
    timed = next(row for row in given["claims"]["opt_outs"] if row["days"])
    assert timed["hours"] == {"from": "08:00", "to": "10:00"}
    assert timed["recorded_at"] == "2026-03-10T02:00:00+00:00"
    # An outsider with the public keys needs nothing else.
    keys = KeySet.import_key_set(client.get("/.well-known/jwks.json").json())
    signed = jws.deserialize_compact(given["receipt"], keys, algorithms=["Ed25519"])
    assert json.loads(signed.payload) == given["claims"]


def test_it_cannot_be_passed_off_as_a_receipt_of_a_check(ana_at_home, refusals):
    receipt = document(ana_at_home)["receipt"]
    assert receipts.verify(receipt, OPT_OUT_TYPE)
    with pytest.raises(ReceiptNotValid):
        receipts.verify(receipt)


def test_it_leaves_out_what_was_taken_back(ana_at_home, refusals, now, moment):
    from datetime import timedelta

    now.shift(timedelta(minutes=1))
    ana_at_home.post(f"/my/opt-outs/opt_{refusals[0].record_id}/withdrawal/")
    assert len(document(ana_at_home)["claims"]["opt_outs"]) == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Receipt of refusals", "All sales calls", "Acme Insurance", "Saturday"]),
        ("zh-hans", ["来电意愿登记", "所有推销来电", "Acme Insurance", "星期六"]),
    ],
)
def test_it_is_readable_on_paper(ana_at_home, refusals, language, words):
    ana_at_home.get(f"/language/{language}/")
    answer = ana_at_home.get("/my/receipt.pdf")
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    page = reader.pages[0]
    said = written(page)
    for word in (*words, "+8613800138000", f"opt_{refusals[0].record_id}"):
        assert word in said, said
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert described
    assert all("/FontFile3" in found or "/FontFile2" in found for found in described)
    (attached,) = reader.attachments["receipt.jws"]
    assert json.loads(receipts.verify(attached.decode(), OPT_OUT_TYPE))["sub"] == "+8613800138000"


def test_it_says_so_where_nothing_is_refused(ana_at_home):
    assert "Nothing is refused for this number" in ana_at_home.get("/my/receipt/").content.decode()
    said = written(PdfReader(io.BytesIO(ana_at_home.get("/my/receipt.pdf").content)).pages[0])
    assert "Nothing is refused for this number" in said


def test_it_runs_over_pages(ana_at_home, moment):
    from registry import companies

    for place in range(30):
        company = companies.enter(name=f"示例公司 {place}", moment=moment)
        opt_outs.register(number=ANA, scope="company", company=company, source="portal", moment=moment)
    assert len(PdfReader(io.BytesIO(ana_at_home.get("/my/receipt.pdf").content)).pages) > 1


def test_anybody_can_check_one(ana_at_home, refusals, browser):
    from django.test import Client

    given = document(ana_at_home)
    nobody = Client()
    for pasted in (given["receipt"], json.dumps(given), given["receipt"][:40] + "\n" + given["receipt"][40:]):
        page = nobody.post("/receipts/", {"receipt": pasted}).content.decode()
        assert "It is genuine" in page
        assert "Acme Insurance" in page
        assert "since 10 March 2026, 02:00" in page
        assert "Saturday · 08:00–10:00" in page


def test_it_tells_a_forged_one(ana_at_home, refusals):
    receipt = document(ana_at_home)["receipt"]
    for forged in (receipt[:-4] + "AAAA", "nonsense", '{"receipt": 1}', "{", "日.本.語", ""):
        answer = ana_at_home.post("/receipts/", {"receipt": forged})
        assert answer.status_code == 422, forged
        assert "It is genuine" not in answer.content.decode()


def test_it_is_not_made_a_hundred_times_a_minute(ana_at_home, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"lookup": (1, 60)}
    assert ana_at_home.get("/my/receipt.pdf").status_code == 200
    assert ana_at_home.get("/my/receipt.pdf").status_code == 429
