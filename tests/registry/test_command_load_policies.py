"""`load_policies`: the reference data, safe to load again."""

import io
import json
from functools import partial

import pytest
from django.core.management import CommandError, call_command

from registry import policies
from registry.models import Policy, PolicyPack


def run() -> dict:
    out = io.StringIO()
    call_command("load_policies", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_changes_nothing_when_run_again(db):
    rows = Policy.objects.count()
    packs = PolicyPack.objects.count()
    first, second = run(), run()
    assert first["packs"] == second["packs"] > 5
    assert (second["added"], second["superseded"], second["ranges"]) == (0, 0, 0)
    assert second["rule"] == "unchanged"
    assert second["months"] == 0
    assert (Policy.objects.count(), PolicyPack.objects.count()) == (rows, packs)


def test_it_names_file_key_and_reason_of_a_pack_it_refuses(db, tmp_path, monkeypatch):
    (tmp_path / "cn.toml").write_text('id = "cn"\nnonsense = 1\n')
    monkeypatch.setattr(policies, "load", partial(policies.load, folder=tmp_path))
    rows = Policy.objects.count()
    with pytest.raises(CommandError) as caught:
        run()
    assert "cn.toml" in str(caught.value)
    assert "nonsense" in str(caught.value)
    assert Policy.objects.count() == rows
