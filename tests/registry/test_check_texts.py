"""Campaign and reference are kept to the letter, whatever they hold."""

import pytest

from registry.models import Check

ODD = [
    "NULL",
    "null",
    '"',
    "\\",
    '\\"',
    "{}",
    "{a,b}",
    ",",
    " ",
    "'; DROP TABLE",
    "€ 中文 😀",
    "%s %(number)s",
    "$1",
]


@pytest.mark.parametrize("text", ODD)
def test_it_keeps_them_to_the_letter(api, question, text):
    body = api.post("/checks", question | {"reference": text, "campaign": text}).json()

    row = Check.objects.get()
    assert (row.reference, row.campaign) == (text, text)
    assert (body["reference"], body["campaign"]) == (text, text)
    assert api.get(f"/checks/{body['id']}").json() == body


def test_it_keeps_their_absence(api, question):
    api.post("/checks", {name: question[name] for name in question if name != "reference"})

    assert Check.objects.get().reference is None


def test_it_keeps_each_of_a_batch(api, question):
    items = [question | {"reference": text} for text in ODD]

    api.post("/checks/batch", {"items": items})

    assert list(Check.objects.order_by("pk").values_list("reference", flat=True)) == ODD
