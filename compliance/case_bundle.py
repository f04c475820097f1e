"""The evidence bundle of a case: all that it rests on as one zip that can be verified without the register.

The same case at the same moment gives the same bytes: files in a fixed order, times fixed, nothing of the machine. The
numbers in it are whole; `Bundle.shows` says whose, and a face writes that down before it hands the file out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from json import dumps
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec
from django.db.models import Model
from django.template.loader import render_to_string

from compliance import bundle_rows, case_items, timeline
from compliance.bundle_rows import plain
from compliance.models import Case, Complaint, Violation
from registry import ids, receipts
from registry.api.check_answers import render, sources
from registry.errors import NotFound
from registry.models import Check, Policy, RuleSet
from registry.predial.recall import recall

#: Zip knows no older time; every file bears it.
EPOCH = (1980, 1, 1, 0, 0, 0)
#: Larger ones are put together on the disk.
IN_MEMORY = 8 << 20
#: Prefix of the public ids of what a case gathers.
PREFIXES = {"violation": "vio", "complaint": "cmp", "discrepancy": "dis"}
FOLDERS = {"violation": "violations", "complaint": "complaints", "discrepancy": "discrepancies"}


@dataclass
class Bundle:
    """A bundle under way: the digest of each file so far, and whose numbers stand in it as (kind, public id)."""

    case: Case
    clock: datetime
    digests: dict[str, str] = field(default_factory=dict)
    shows: set[tuple[str, str]] = field(default_factory=set)
    policies: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    calls: set[int] = field(default_factory=set)
    checks: set[int] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)


def make(case: Case, *, clock: datetime) -> tuple[IO[bytes], Bundle]:
    """The zip, at its beginning, and what stands in it, as known at `clock`. The caller closes the file."""
    held = Bundle(case, clock)
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed to whoever sends it
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in _files(held):
            _put(archive, name, content)
            held.digests[name] = sha256(content).hexdigest()
        manifest = _json(_manifest(held))
        _put(archive, "manifest.json", manifest)
        sums = held.digests | {"manifest.json": sha256(manifest).hexdigest()}
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        _put(archive, "SHA256SUMS", lines.encode())
    file.seek(0)
    return file, held


def _put(archive: ZipFile, name: str, content: bytes) -> None:
    entry = ZipInfo(name, EPOCH)
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
    # Said for every system alike, or the bytes would differ between them.
    entry.create_system = 3
    archive.writestr(entry, content)


def _json(value: Any) -> bytes:
    """As JSON with sorted keys, indented, so that people can read it."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"


def _manifest(held: Bundle) -> dict[str, Any]:
    row = held.case
    return {
        "case": ids.public("cse", row.pk),
        "company": {"id": ids.public("com", row.company_id), "name": row.company.name},
        "title": row.title,
        "as_of": held.clock.isoformat(),
        "files": [{"name": name, "sha256": digest} for name, digest in sorted(held.digests.items())],
        "no_longer_held": sorted(held.missing),
    }


def _files(held: Bundle) -> Iterator[tuple[str, bytes]]:
    """Every file but the manifest. What is gathered comes first, since it says which calls, checks and terms count."""
    row = held.case
    words = {"case": ids.public("cse", row.pk), "company": row.company.name, "as_of": held.clock.isoformat()}
    yield "README.txt", render_to_string("compliance/case_bundle/README.txt", words).encode()
    yield "case.json", _json(plain(row) | {"steps": [plain(step) for step in row.steps.order_by("id")]})
    held.policies.add(row.policy.digest)
    for kind, prefix in PREFIXES.items():
        for item in case_items.rows(row, kind):
            _note(held, item)
            yield f"{FOLDERS[kind]}/{ids.public(prefix, item.pk)}.json", _json(bundle_rows.item(item))
            held.shows.add((kind, ids.public(prefix, item.pk)))
    for call in sorted(held.calls):
        yield from _call(held, call)
    for check in sorted(held.checks):
        yield from _check(held, check)
    for letter in row.letters.order_by("id"):
        yield f"letters/{letter.pk}-{letter.kind}-{letter.language}.pdf", bytes(letter.pdf)
    yield from _terms(held)
    yield "jwks.json", _json(receipts.public_keys())


def _note(held: Bundle, item: Model) -> None:
    """Which call, check and terms something gathered names."""
    if isinstance(item, Violation):
        held.calls.add(item.call)
        named: Iterable[int | None] = [item.check_id]
    elif isinstance(item, Complaint):
        matches = list(item.matches.all())
        held.calls |= {match.call for match in matches if match.call is not None}
        held.policies.add(item.policy.digest)
        named = [match.check_id for match in matches]
    else:
        evidence = getattr(item, "evidence", {})
        held.calls |= set(bundle_rows.named("cal", evidence))
        named = bundle_rows.named("chk", evidence)
    held.checks |= {number for number in named if number is not None}
    judged = getattr(item, "evidence", None)
    if isinstance(judged, dict):
        held.rules |= {judged["rule"]} if judged.get("rule") else set()
        held.policies |= {judged["policy"]["digest"]} if judged.get("policy") else set()


def _call(held: Bundle, number: int) -> Iterator[tuple[str, bytes]]:
    public = ids.public("cal", number)
    try:
        found = timeline.of_call(number, clock=held.clock)
    except NotFound:
        # Its month was put aside; what the violation and the complaint kept of it is there.
        held.missing.append(public)
        return
    if found.check is not None:
        held.checks.add(found.check.pk)
    _known(held, found)
    held.shows.add(("call", public))
    yield f"calls/{public}.json", _json({"call": plain(found.call), **bundle_rows.timeline(found)})


def _check(held: Bundle, number: int) -> Iterator[tuple[str, bytes]]:
    public = ids.public("chk", number)
    row = Check.objects.filter(pk=number).first()
    if row is None:
        held.missing.append(public)
        return
    found = timeline.of_check(number, clock=held.clock)
    _known(held, found)
    answer, rule = recall(row)
    given = render(answer, row.pk, sources.coverage(held.clock), rule)
    held.rules.add(rule)
    held.policies.add(given.policy.digest)
    held.shows.add(("check", public))
    said = {"check": plain(row), "answer": msgspec.to_builtins(given), "rule": rule}
    yield f"checks/{public}.json", _json(said | bundle_rows.timeline(found))
    yield f"checks/{public}.jws", (given.receipt or "").encode()


def _known(held: Bundle, found: timeline.Timeline) -> None:
    """The terms that the answers of a timeline rest on, and the records whose numbers it shows."""
    answers = [known.answer for known in (found.then, found.now) if known.answer is not None]
    policies = Policy.objects.filter(pk__in={answer.policy_id for answer in answers})
    held.policies |= set(policies.values_list("digest", flat=True))
    for version in found.versions:
        if version.kind in bundle_rows.RECORDS:
            kind, prefix = bundle_rows.RECORDS[version.kind]
            held.shows.add((kind, ids.public(prefix, version.row.record_id)))


def _terms(held: Bundle) -> Iterator[tuple[str, bytes]]:
    """The policies, each as the very bytes that its digest is of, and the rules by their digests."""
    rows = Policy.objects.filter(digest__in=held.policies).order_by("digest", "pk").distinct("digest")
    for row in rows:
        canonical = dumps(row.terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        yield f"policies/{row.digest}.json", canonical.encode()
        said = {"pack": row.pack, "jurisdiction": row.jurisdiction, "sector": row.sector}
        yield f"policies/{row.digest}.sources.json", _json(said | {"citations": row.citations})
    rules = RuleSet.objects.filter(digest__in=held.rules).order_by("digest", "pk")
    yield "rules.json", _json({"named": sorted(held.rules), "in_force": [plain(rule) for rule in rules]})
