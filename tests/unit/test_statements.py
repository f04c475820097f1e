"""Hot statements: names become numbers, columns become the text of arrays."""

from datetime import UTC, datetime

from registry.predial.statements import instants, numbered, numbers, texts


def test_it_numbers_each_name_once():
    text, names = numbered("SELECT %(b)s, %(a)s::int, %(b)s, 1 %% 2")

    assert text == b"SELECT $1, $2::int, $1, 1 % 2"
    assert names == ("b", "a")


def test_it_gives_the_same_bytes_again():
    assert numbered("SELECT %(x)s")[0] is numbered("SELECT %(x)s")[0]


def test_it_writes_arrays():
    assert numbers([1, None, -3]) == "{1,NULL,-3}"
    assert numbers([]) == "{}"
    assert instants([datetime(2026, 3, 10, 2, 0, 0, 5, tzinfo=UTC)]) == "{2026-03-10T02:00:00.000005+00:00}"


def test_it_quotes_what_has_a_meaning_in_arrays():
    assert texts(["a", None, "NULL", "", 'q"', "b\\", "{,}"]) == '{"a",NULL,"NULL","","q\\"","b\\\\","{,}"}'
