"""The packs that ship, and how packs are laid over one another and cut by date."""

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import registry
from registry.codes import SECTORS
from registry.packs import ELSEWHERE, BadPack, compose, describe, read_pack, read_packs
from registry.parameters import PARAMETERS
from registry.shapes import WEEKDAYS
from tests.pack_files import STRICT, dated, write_pack

FOLDER = Path(registry.__file__).parent / "policies"
SHIPPED = read_packs(FOLDER)
PLACES = sorted({place for place, _ in SHIPPED.places})


def on(terms, day):
    """The one piece of `terms` in force at noon UTC of `day`."""
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    (piece,) = (
        t
        for t in terms
        if (t.valid_from is None or t.valid_from <= noon) and (t.valid_to is None or noon < t.valid_to)
    )
    return piece


def value(place, parameter, day="2026-06-01", sector="other"):
    return on(compose(SHIPPED, place, sector), day).values[parameter]


def test_it_ships_these_packs():
    countries = {"cn", "us", "ca", "in", "uk", "sg", "au", "fr", "de", "it", "es", "br"}

    assert set(SHIPPED) == countries | {"cn-insurance", "us-fl"}
    assert len(SHIPPED) == 14
    assert SHIPPED.default == "cn"


@pytest.mark.parametrize("place", [*PLACES, "US-NY", "JP", ELSEWHERE])
@pytest.mark.parametrize("sector", SECTORS)
def test_it_decides_every_call_of_any_day(place, sector):
    terms = compose(SHIPPED, place, sector)

    assert terms[0].valid_from is None
    assert terms[-1].valid_to is None
    assert all(earlier.valid_to == later.valid_from for earlier, later in pairwise(terms))
    assert on(terms, "2009-03-15")
    for piece in terms:
        assert {name for name, parameter in PARAMETERS.items() if parameter.decides} <= set(piece.values)
        assert set(piece.citations) == set(piece.values)


@pytest.mark.parametrize("pack", SHIPPED.values(), ids=list(SHIPPED))
def test_it_marks_evidence_honestly(pack):
    for entries in pack.parameters.values():
        for entry in entries:
            if "operator's choice" in entry.source or "no rule found" in entry.source:
                assert entry.evidence == "V"
            if "background knowledge" in entry.source:
                assert entry.evidence in "KV"
            if entry.evidence in "CL":
                assert re.search(r"\w\.\w", entry.source), f"{entry.source!r} gives no address"
            if "operator's choice" in entry.citation:
                assert entry.evidence == "V"


@pytest.mark.parametrize("pack", ["cn", "cn-insurance"])
def test_it_cites_the_home_countrys_law_in_chinese_too(pack):
    for entries in SHIPPED[pack].parameters.values():
        assert all(re.search("[\u4e00-\u9fff]", entry.citation_in["zh-hans"]) for entry in entries)


@pytest.mark.parametrize(
    ("place", "basis", "check", "survives"),
    [
        ("CN", "consent_required", "PT24H", False),
        ("US", "opt_out", "P31D", True),
        ("US-FL", "opt_out", "P31D", True),
        ("CA", "opt_out", "P31D", False),
        ("IN", "opt_out", "PT1H", True),
        ("GB", "opt_out", "P28D", True),
        ("SG", "opt_out", "P21D", True),
        ("AU", "opt_out", "P30D", False),
        ("FR", "opt_out", "P30D", False),
        ("DE", "consent_required", "PT24H", False),
        ("IT", "opt_out", "P15D", False),
        ("ES", "consent_required", "PT24H", False),
        ("BR", "opt_out", "PT24H", False),
    ],
)
def test_it_has_each_countrys_basis(place, basis, check, survives):
    assert value(place, "basis") == basis
    assert value(place, "check_validity") == check
    assert value(place, "consent_survives_opt_out") is survives


@pytest.mark.parametrize(
    ("place", "weekday", "saturday", "sunday", "more"),
    [
        ("CN", [["09:00", "21:00"]], [["09:00", "21:00"]], [["09:00", "21:00"]], {}),
        ("US", [["08:00", "21:00"]], [["08:00", "21:00"]], [["08:00", "21:00"]], {}),
        ("US-FL", [["08:00", "20:00"]], [["08:00", "20:00"]], [["08:00", "20:00"]], {}),
        ("CA", [["09:00", "21:30"]], [["10:00", "18:00"]], [["10:00", "18:00"]], {}),
        ("IN", [["10:00", "21:00"]], [["10:00", "21:00"]], [["10:00", "21:00"]], {}),
        ("AU", [["09:00", "20:00"]], [["09:00", "17:00"]], [], {"holiday": []}),
        ("FR", [["10:00", "13:00"], ["14:00", "20:00"]], [], [], {"holiday": []}),
        (
            "IT",
            [["09:00", "20:00"]],
            [["10:00", "19:00"]],
            [],
            {"holiday": [], "pre_holiday": [["10:00", "19:00"]]},
        ),
        ("ES", [["09:00", "21:00"]], [], [], {"holiday": []}),
        ("BR", [["09:00", "21:00"]], [["10:00", "16:00"]], [], {"holiday": []}),
    ],
)
def test_it_has_each_countrys_hours(place, weekday, saturday, sunday, more):
    assert value(place, "windows") == {
        **dict.fromkeys(WEEKDAYS[:5], weekday),
        "sat": saturday,
        "sun": sunday,
        **more,
    }


@pytest.mark.parametrize("place", ["GB", "DE"])
def test_it_has_no_hours_where_there_is_no_rule(place):
    assert value(place, "windows") == {}


@pytest.mark.parametrize(
    ("place", "caps"),
    [
        ("CN", [{"max": 3, "window": "calendar_day", "per": "company_number"}]),
        ("US-FL", [{"max": 3, "window": "rolling", "duration": "PT24H", "per": "company_number"}]),
        ("FR", [{"max": 4, "window": "rolling", "duration": "P30D", "per": "company_number"}]),
        (
            "BR",
            [
                {"max": 2, "window": "calendar_day", "per": "company_number"},
                {"max": 15, "window": "calendar_month", "per": "company_number"},
            ],
        ),
    ],
)
def test_it_has_each_countrys_caps(place, caps):
    assert value(place, "caps") == caps


@pytest.mark.parametrize(
    ("place", "relationship"),
    [
        ("CN", {"purchase": "P6M", "contract": "P1Y"}),
        ("US", {"purchase": "P18M", "inquiry": "P3M"}),
        ("CA", {"purchase": "P18M", "contract": "P18M", "inquiry": "P6M"}),
        ("IT", {"contract": "P30D"}),
        ("DE", {}),
        ("GB", {}),
    ],
)
def test_it_has_each_countrys_relationships(place, relationship):
    assert value(place, "relationship") == relationship


def test_it_follows_a_change_of_law():
    france = compose(SHIPPED, "FR", "other")

    assert on(france, "2026-08-10").values["basis"] == "opt_out"
    assert on(france, "2026-08-11").values["basis"] == "consent_required"
    assert on(france, "2026-08-11").values["check_validity"] == "PT24H"
    assert "registration_grace" not in on(france, "2026-08-11").values
    assert datetime(2026, 8, 11, tzinfo=UTC) in [piece.valid_from for piece in france]


def test_it_applies_a_state_law_from_its_first_day():
    florida = compose(SHIPPED, "US-FL", "other")

    assert on(florida, "2021-06-30").values["windows"]["mon"] == [["08:00", "21:00"]]
    assert on(florida, "2021-07-01").values["windows"]["mon"] == [["08:00", "20:00"]]
    assert on(florida, "2021-07-01").packs == ("us", "us-fl")
    assert on(florida, "2021-07-01").citations["windows"]["pack"] == "us-fl"
    assert on(florida, "2021-07-01").citations["basis"]["pack"] == "us"


def test_it_gives_a_state_without_a_pack_its_countrys():
    assert compose(SHIPPED, "US-NY", "other") == compose(SHIPPED, "US", "other")


@pytest.mark.parametrize("place", ["JP", "JP-13", ELSEWHERE])
def test_it_gives_a_country_without_a_pack_the_default_one_without_overlays(place):
    assert compose(SHIPPED, place, "insurance") == compose(SHIPPED, "CN", "other")


def test_it_lays_the_insurance_rules_over_china_and_nothing_else():
    china, germany = (on(compose(SHIPPED, place, "insurance"), "2026-06-01") for place in ("CN", "DE"))

    assert china.pack == "cn-insurance"
    assert china.packs == ("cn", "cn-insurance")
    assert [rung["action"] for rung in china.values["penalty_ladder"]] == [
        "order_correct",
        "suspend_new_outbound",
        "stop_new_outbound",
    ]
    assert china.citations["windows"]["evidence"] == "C"
    assert germany.packs == ("de",)
    assert "penalty_ladder" not in germany.values


@pytest.mark.parametrize(
    ("place", "sector"), [("us", "food"), ("USA", "food"), ("", None), ("US", "banking")]
)
def test_it_wants_codes_it_knows(place, sector):
    with pytest.raises(ValueError, match=r"no ISO 3166 code|no sector"):
        compose(SHIPPED, place, sector)


def caps(most):
    return [{"max": most, "window": "calendar_day", "per": "company_number"}]


def test_it_lets_the_more_specific_pack_override_parameter_by_parameter(tmp_path):
    write_pack(tmp_path, "cn")
    write_pack(tmp_path, "us", head={"jurisdictions": ["US"]}, caps=[dated(caps(1))])
    write_pack(
        tmp_path,
        "us-fl",
        head={"jurisdictions": ["US-FL"], "extends": "us"},
        caps=[dated(caps(2))],
        consent_grace=[dated("P2D")],
    )
    write_pack(
        tmp_path,
        "us-food",
        head={"jurisdictions": ["US"], "extends": "us", "sectors": ["food"]},
        caps=[dated(caps(3))],
        consent_lasts=[dated("P3M")],
    )
    write_pack(
        tmp_path,
        "us-fl-food",
        head={"jurisdictions": ["US-FL"], "extends": "us-fl", "sectors": ["food"]},
        caps=[dated(caps(4))],
    )
    packs = read_packs(tmp_path)

    def most(place, sector):
        (terms,) = compose(packs, place, sector)
        return (
            terms.pack,
            terms.values["caps"][0]["max"],
            terms.values["consent_grace"],
            terms.values["consent_lasts"],
        )

    assert most("US", "other") == ("us", 1, "P1D", "P1Y")
    assert most("US-NY", "food") == ("us-food", 3, "P1D", "P3M")
    assert most("US-FL", "other") == ("us-fl", 2, "P2D", "P1Y")
    assert most("US-FL", "food") == ("us-fl-food", 4, "P2D", "P3M")
    (florida,) = compose(packs, "US-FL", "food")
    assert florida.packs == ("us", "us-fl", "us-food", "us-fl-food")


def test_it_lets_a_country_borrow_anothers_law(tmp_path):
    write_pack(tmp_path, "cn")
    write_pack(tmp_path, "uk", head={"jurisdictions": ["GB"]}, check_validity=[dated("P28D")])
    write_pack(tmp_path, "gg", head={"jurisdictions": ["GG", "JE"], "extends": "uk"}, caps=[dated(caps(1))])

    (terms,) = compose(read_packs(tmp_path), "JE", "other")

    assert (terms.packs, terms.values["check_validity"]) == (("uk", "gg"), "P28D")


def test_it_falls_back_to_the_pack_below_when_an_overlay_ends(tmp_path):
    write_pack(tmp_path, "cn", caps=[dated(caps(1))])
    write_pack(
        tmp_path,
        "cn-food",
        head={"extends": "cn", "sectors": ["food"]},
        caps=[dated(caps(2), "2020-01-01", "2021-01-01"), dated(caps(3), "2021-01-01", "2022-01-01")],
    )

    terms = compose(read_packs(tmp_path), "CN", "food")

    assert [(t.values["caps"][0]["max"], t.valid_from and t.valid_from.year) for t in terms] == [
        (1, None),
        (2, 2020),
        (3, 2021),
        (1, 2022),
    ]
    assert {t.pack for t in terms} == {"cn-food"}


def test_it_hears_an_overlay_from_its_own_first_day(tmp_path):
    write_pack(tmp_path, "cn")
    write_pack(
        tmp_path,
        "cn-food",
        head={"extends": "cn", "sectors": ["food"], "in_force_from": date(2020, 1, 1)},
        caps=[dated(caps(2))],
    )

    before, after = compose(read_packs(tmp_path), "CN", "food")

    assert (before.pack, before.values["caps"]) == ("cn", [])
    assert (after.pack, after.values["caps"]) == ("cn-food", caps(2))
    assert before.valid_to == after.valid_from == datetime(2020, 1, 1, tzinfo=UTC)


def test_it_leaves_calls_undecided_that_are_older_than_the_base(tmp_path):
    write_pack(tmp_path, "cn", head={"in_force_from": date(2018, 7, 1)})

    (terms,) = compose(read_packs(tmp_path), "CN", None)

    assert (terms.valid_from, terms.valid_to) == (datetime(2018, 7, 1, tzinfo=UTC), None)


def test_it_joins_pieces_that_are_the_same(tmp_path):
    same = [dated("opt_out", None, "2020-01-01"), dated("opt_out", "2020-01-01")]
    write_pack(tmp_path, "cn", basis=same)

    assert len(compose(read_packs(tmp_path), "CN", None)) == 1


def test_it_keeps_pieces_apart_that_are_cited_differently(tmp_path):
    write_pack(
        tmp_path,
        "cn",
        basis=[dated("opt_out", None, "2020-01-01"), dated("opt_out", "2020-01-01", citation="section 2")],
    )

    old, new = compose(read_packs(tmp_path), "CN", None)

    assert old.digest == new.digest
    assert (old.citations["basis"]["citation"], new.citations["basis"]["citation"]) == (
        "section 1",
        "section 2",
    )


def test_it_digests_the_values_and_nothing_else(tmp_path):
    def digest(folder, **tables):
        (tmp_path / folder).mkdir()
        write_pack(tmp_path / folder, "cn", **tables)
        (terms,) = compose(read_packs(tmp_path / folder), "CN", None)
        return terms

    first = digest("first", relationship=[dated({"purchase": "P12M", "contract": "P1D"})])
    same = digest("same", relationship=[dated({"contract": "P1D", "purchase": "P1Y"}, source="elsewhere")])
    other = digest("other", relationship=[dated({"contract": "P2D", "purchase": "P1Y"})])

    assert first.digest == same.digest != other.digest
    canonical = json.dumps(first.values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert first.digest == hashlib.sha256(canonical.encode()).hexdigest()


def test_it_writes_values_in_one_form(tmp_path):
    path = write_pack(
        tmp_path,
        "cn",
        consent_grace=[dated("P1W")],
        consent_lasts=[dated("P24M")],
        windows=[
            dated({"sat_sun": [], "pre_holiday": [], "mon_fri": [["00:00", "12:00"], ["12:00", "24:00"]]})
        ],
    )

    pack = read_pack(path)

    assert pack.parameters["consent_grace"][0].value == "P7D"
    assert pack.parameters["consent_lasts"][0].value == "P2Y"
    assert list(pack.parameters["windows"][0].value) == [*WEEKDAYS, "pre_holiday"]
    assert pack.parameters["windows"][0].value["fri"] == [["00:00", "12:00"], ["12:00", "24:00"]]


def test_it_digests_the_file_byte_by_byte(tmp_path):
    path = write_pack(tmp_path, "cn")

    assert read_pack(path).digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_it_describes_every_value_with_dates_source_and_mark():
    shown = json.loads(json.dumps(describe(SHIPPED["us"])))

    assert (shown["id"], shown["jurisdictions"], shown["extends"]) == ("us", ["US"], None)
    assert shown["digest"] == SHIPPED["us"].digest
    assert shown["parameters"]["windows"]["role"] == "decides"
    old, new = shown["parameters"]["company_opt_out_within"]["values"]
    assert (old["value"], old["from"], old["until"]) == ({"duration": "P30D"}, None, "2025-04-11")
    assert (new["value"], new["from"], new["until"]) == ({"working_days": 10}, "2025-04-11", None)
    assert (new["evidence"], new["evidence_meaning"]) == ("C", "read in the source named")
    assert "econsent.org" in new["source"]


def test_it_reads_all_packs_or_none(tmp_path):
    write_pack(tmp_path, "cn")
    write_pack(tmp_path, "us", head={"jurisdictions": ["US"]}, basis=[dated("perhaps")])

    with pytest.raises(BadPack, match=r"us\.toml"):
        read_packs(tmp_path)


DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))


@given(
    base=st.lists(DAYS, max_size=4, unique=True),
    overlay=st.lists(DAYS, min_size=1, max_size=4, unique=True),
    asked=DAYS,
)
def test_it_holds_to_the_value_that_began_last_on_any_day(tmp_path_factory, base, overlay, asked):
    folder = tmp_path_factory.mktemp("packs")
    starts = [None, *sorted(base)]
    write_pack(
        folder, "cn", caps=[dated(caps(n + 1), start and start.isoformat()) for n, start in enumerate(starts)]
    )
    write_pack(
        folder,
        "cn-food",
        head={"extends": "cn", "sectors": ["food"]},
        # Written out of order: dates decide, not places in the file.
        caps=[
            dated(caps(n + 10), start.isoformat()) for n, start in reversed(list(enumerate(sorted(overlay))))
        ],
    )

    terms = compose(read_packs(folder), "CN", "food")

    below = sum(start is None or start <= asked for start in starts)
    above = sum(start <= asked for start in overlay)
    expected = above + 9 if above else below
    assert on(terms, asked.isoformat()).values["caps"][0]["max"] == expected
    assert all(earlier.valid_to == later.valid_from for earlier, later in pairwise(terms))
    assert all(t.valid_from is None or t.valid_from.time() == datetime.min.time() for t in terms)
    assert all(
        t.valid_to is None or t.valid_to - (t.valid_from or t.valid_to - timedelta(1)) > timedelta()
        for t in terms
    )


def test_it_is_tested_with_a_base_that_states_all_that_decides():
    assert set(STRICT) == {name for name, parameter in PARAMETERS.items() if parameter.decides}
