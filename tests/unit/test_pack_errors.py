"""A pack with anything wrong in it is refused, by file, key and reason."""

from datetime import date

import pytest

from registry.packs import BadPack, read_pack, read_packs
from tests.pack_files import dated, write_pack

ONE_DAY = {"all_days": [["09:00", "21:00"]]}


def refusal(path):
    with pytest.raises(BadPack) as caught:
        read_pack(path)
    return caught.value


def test_it_says_file_key_and_reason_in_one_sentence(tmp_path):
    bad = refusal(write_pack(tmp_path, "aa", basis=[dated("perhaps")]))

    assert (bad.file, bad.key, bad.reason) == (
        "aa.toml",
        "basis[0].value",
        "not a word known here: 'perhaps'",
    )
    assert str(bad) == "Policy pack aa.toml is refused at basis[0].value: not a word known here: 'perhaps'."


def test_it_refuses_what_is_no_toml(tmp_path):
    path = tmp_path / "aa.toml"
    path.write_text("id = perhaps\n", encoding="utf-8")

    bad = refusal(path)

    assert (bad.file, bad.key) == ("aa.toml", "the file")
    assert "line 1" in bad.reason


@pytest.mark.parametrize(
    ("head", "key", "reason"),
    [
        ({"windoes": "x"}, "windoes", "no such key; is windows meant"),
        ({"title": None}, "title", "it is missing"),
        ({"title": ""}, "title", "Expected `str` of length >= 1"),
        ({"id": "bb"}, "id", "'bb' is not the file's name without its ending"),
        ({"jurisdictions": []}, "jurisdictions", "Expected `array` of length >= 1"),
        ({"jurisdictions": "CN"}, "jurisdictions", "Expected `array`, got `str`"),
        ({"jurisdictions": ["UK"]}, "jurisdictions", "'UK' is no ISO 3166-1 or 3166-2 code"),
        ({"jurisdictions": ["US-FLORIDA"]}, "jurisdictions", "'US-FLORIDA' is no ISO 3166-1 or 3166-2 code"),
        ({"sectors": ["insurance"]}, "extends", "a pack for sectors must say which pack it is laid over"),
        ({"sectors": ["banking"], "extends": "cn"}, "sectors[0]", "not a word known here: 'banking'"),
        ({"in_force_from": "soon"}, "in_force_from", "Invalid RFC3339 encoded date"),
        ({"extends": 3}, "extends", "Expected `str | null`, got `int`"),
    ],
)
def test_it_refuses_a_bad_head(tmp_path, head, key, reason):
    bad = refusal(write_pack(tmp_path, "aa", head=head))

    assert (bad.key, bad.reason) == (key, reason)


@pytest.mark.parametrize(
    ("parameter", "value", "reason"),
    [
        ("consent_survives_opt_out", 1, "Expected `bool`, got `int`"),
        ("exempt_purposes", ["marketing"], "not a word known here: 'marketing' at `value[0]`"),
        ("exempt_purposes", ["survey", "survey"], "a name is listed twice"),
        ("relationship", {"gift": "P1M"}, "not a word known here: 'gift'"),
        ("relationship", {"purchase": "18 months"}, "'18 months' is no ISO 8601 duration"),
        ("consent_grace", 24, "expected an ISO 8601 duration, got `int`"),
        ("consent_lasts", "for ever", "'for ever' is no ISO 8601 duration"),
        ("consent_lasts", "PT0S", "no time at all is too short"),
        ("check_validity", "PT0S", "no time at all is too short"),
        ("check_validity", "P1M", "calendar months are not exact enough"),
        ("caps", [{"max": 0, "window": "calendar_day", "per": "company_number"}], "Expected `int` >= 1"),
        (
            "caps",
            [{"max": 3, "window": "rolling", "per": "company_number"}],
            "a rolling window has a `duration`",
        ),
        ("caps", [{"max": 3, "window": "week", "per": "company_number"}], "not a word known here: 'week'"),
        ("caps", [{"max": 3, "window": "calendar_day"}], "missing required field `per`"),
        (
            "caps",
            [{"max": 3, "window": "calendar_day", "per": "company_number", "duration": "P1D"}],
            "no other window has one",
        ),
        (
            "caps",
            [{"max": 3, "window": "rolling", "per": "company_number", "duration": "PT0S"}],
            "no time at all is too short",
        ),
        (
            "caps",
            [{"max": 3, "window": "rolling", "per": "company_number", "duration": "P1M"}],
            "a rolling window is a number of days or hours",
        ),
        ("windows", {"mon_fri": [["09:00", "21:00"]]}, "sat, sun not stated; a closed day is an empty list"),
        ("windows", {**ONE_DAY, "sun": []}, "sun is stated twice"),
        ("windows", {"weekdays": []}, "not a word known here: 'weekdays'"),
        ("windows", {"all_days": [["9:00", "21:00"]]}, "all_days: '9:00' is no time of day"),
        ("windows", {"all_days": [["09:00", "24:01"]]}, "all_days: '24:01' is no time of day"),
        ("windows", {"all_days": [["22:00", "02:00"]]}, "22:00 to 02:00 does not end after it begins"),
        ("windows", {"all_days": [["09:00", "13:00"], ["12:00", "20:00"]]}, "overlap or are out of order"),
        ("windows", {"all_days": [["09:00"]]}, "Expected `array` of length 2"),
        ("company_opt_out_within", {}, "either `duration` or `working_days` is stated"),
        ("abandoned_calls", {"max_percent": 101}, "Expected `float` <= 100"),
        ("complaint_clock", {"days": 3}, "unknown field `days`"),
    ],
)
def test_it_refuses_a_bad_value(tmp_path, parameter, value, reason):
    bad = refusal(write_pack(tmp_path, "aa", **{parameter: [dated(value)]}))

    assert bad.key == f"{parameter}[0].value"
    assert reason in bad.reason


@pytest.mark.parametrize("member", ["value", "source", "evidence", "citation"])
def test_it_refuses_a_value_without_what_stands_behind_it(tmp_path, member):
    table = dated("opt_out")
    del table[member]

    bad = refusal(write_pack(tmp_path, "aa", basis=[table]))

    assert (bad.key, bad.reason) == (f"basis[0].{member}", "it is missing")


@pytest.mark.parametrize(
    ("change", "key", "reason"),
    [
        ({"evidence": "X"}, "basis[0].evidence", "not a word known here: 'X'"),
        ({"source": ""}, "basis[0].source", "it is missing"),
        ({"form": date(2020, 1, 1)}, "basis[0]", "unknown field `form`"),
        ({"from": 2020}, "basis[0].from", "Expected `date | null`, got `int`"),
    ],
)
def test_it_refuses_a_bad_table(tmp_path, change, key, reason):
    bad = refusal(write_pack(tmp_path, "aa", basis=[dated("opt_out", **change)]))

    assert bad.key == key
    assert reason in bad.reason


def test_it_refuses_a_time_of_day_as_a_date(tmp_path):
    path = write_pack(tmp_path, "aa", basis=[dated("opt_out", "2020-01-01")])
    path.write_text(path.read_text("utf-8").replace("2020-01-01", "2020-01-01T00:00:00Z"), encoding="utf-8")

    bad = refusal(path)

    assert bad.key == "basis[0].from"
    assert "got `datetime`" in bad.reason


def test_it_refuses_a_parameter_that_is_no_table(tmp_path):
    path = write_pack(tmp_path, "aa", basis=None)
    path.write_text('basis = "opt_out"\n' + path.read_text("utf-8"), encoding="utf-8")

    bad = refusal(path)

    assert (bad.key, bad.reason) == ("basis", "it is written as one or more [[basis]] tables")


def test_it_refuses_a_base_that_leaves_out_what_decides(tmp_path):
    bad = refusal(write_pack(tmp_path, "aa", caps=None))

    assert (bad.key, bad.reason) == ("caps", "a pack that extends no other must state it")


@pytest.mark.parametrize(
    ("begins", "entries", "reason"),
    [
        (None, [dated("opt_out", "2020-01-01")], "there is a gap before 2020-01-01"),
        ("2019-01-01", [dated("opt_out", "2020-01-01")], "there is a gap before 2020-01-01"),
        (None, [dated("opt_out", None, "2020-01-01")], "there is a gap after 2020-01-01"),
        (
            None,
            [dated("opt_out", None, "2020-01-01"), dated("opt_out", "2020-02-01")],
            "there is a gap from 2020-01-01 to 2020-02-01",
        ),
        (
            None,
            [dated("opt_out", None, "2020-02-01"), dated("opt_out", "2020-01-01")],
            "two values overlap from 2020-01-01 to 2020-02-01",
        ),
        (None, [dated("opt_out"), dated("opt_out")], "two values overlap"),
        (
            None,
            [dated("opt_out"), dated("opt_out", "2020-01-01"), dated("opt_out", "2020-01-01")],
            "two values overlap",
        ),
        (
            "2020-01-01",
            [dated("opt_out", "2019-01-01"), dated("opt_out", "2021-01-01")],
            "it begins on 2019-01-01, before the pack itself on 2020-01-01",
        ),
        (
            None,
            [dated("opt_out"), dated("opt_out", "2021-01-01", "2020-01-01"), dated("opt_out", "2022-01-01")],
            "there is a gap from 2020-01-01 to 2022-01-01",
        ),
        (
            "2020-01-01",
            [dated("opt_out", None, "2019-01-01")],
            "a value ends on 2019-01-01, not after it begins",
        ),
    ],
)
def test_it_refuses_gaps_and_overlaps(tmp_path, begins, entries, reason):
    head = {"in_force_from": date.fromisoformat(begins)} if begins else None

    bad = refusal(write_pack(tmp_path, "aa", head=head, basis=entries))

    assert bad.key == "basis"
    assert reason in bad.reason


def test_it_refuses_a_gap_inside_an_overlay_too(tmp_path):
    entries = [dated([], "2020-01-01", "2020-02-01"), dated([], "2020-03-01")]

    bad = refusal(write_pack(tmp_path, "aa", head={"extends": "cn"}, caps=entries))

    assert (bad.key, bad.reason) == ("caps", "there is a gap from 2020-02-01 to 2020-03-01")


@pytest.fixture
def folder(tmp_path):
    """A folder with a sound default pack, to spoil."""
    write_pack(tmp_path, "cn")
    return tmp_path


def folder_refusal(folder):
    with pytest.raises(BadPack) as caught:
        read_packs(folder)
    return caught.value


def test_it_refuses_to_lay_a_pack_over_one_that_is_not_there(folder):
    write_pack(folder, "aa", head={"extends": "zz", "jurisdictions": ["US"]})

    bad = folder_refusal(folder)

    assert (bad.file, bad.key, bad.reason) == ("aa.toml", "extends", "there is no pack 'zz'")


def test_it_refuses_a_circle(folder):
    write_pack(folder, "aa", head={"extends": "bb", "jurisdictions": ["US"]})
    write_pack(folder, "bb", head={"extends": "aa", "jurisdictions": ["US-FL"]})

    bad = folder_refusal(folder)

    assert (bad.file, bad.key, bad.reason) == (
        "aa.toml",
        "extends",
        "it is laid over itself, by way of aa, bb",
    )


@pytest.mark.parametrize(
    ("first", "second", "where"),
    [
        ({"jurisdictions": ["US"]}, {"jurisdictions": ["CA", "US"]}, "US"),
        (
            {"sectors": ["insurance"], "extends": "cn"},
            {"sectors": ["food", "insurance"], "extends": "cn"},
            "CN and insurance",
        ),
    ],
)
def test_it_refuses_two_packs_for_one_place_and_sector(folder, first, second, where):
    write_pack(folder, "aa", head=first)
    write_pack(folder, "bb", head=second)

    bad = folder_refusal(folder)

    assert (bad.file, bad.key, bad.reason) == (
        "bb.toml",
        "jurisdictions",
        f"aa is already the pack for {where}",
    )


def test_it_refuses_a_sector_overlay_on_the_pack_of_another_country(folder):
    write_pack(folder, "aa", head={"sectors": ["food"], "extends": "cn", "jurisdictions": ["US"]})

    bad = folder_refusal(folder)

    assert (bad.file, bad.key, bad.reason) == ("aa.toml", "extends", "cn does not cover US")


def test_it_refuses_a_general_pack_laid_over_a_sectors(folder):
    write_pack(folder, "aa", head={"sectors": ["food"], "extends": "cn"})
    write_pack(folder, "bb", head={"extends": "aa", "jurisdictions": ["CN-BJ"]})

    bad = folder_refusal(folder)

    assert (bad.file, bad.key) == ("bb.toml", "extends")
    assert "for sectors only" in bad.reason


def test_it_refuses_a_folder_without_the_default_pack(tmp_path):
    write_pack(tmp_path, "aa", head={"jurisdictions": ["US"]})

    bad = folder_refusal(tmp_path)

    assert (bad.file, bad.reason) == ("cn.toml", "the default pack must be there, and extend no other")
