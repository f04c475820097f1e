"""A policy's terms as rights of a person, in plain words for the pages."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from registry.durations import Duration
from registry.portal import words
from registry.shapes import DAY_CLASSES


class Citation(NamedTuple):
    """The article something rests on, and the language it is told in (a BCP 47 tag)."""

    text: str
    language: str


def cited(citations: Mapping[str, Any], parameter: str) -> Citation:
    """A policy's citation for a parameter in the page's language, or else in English; empty where there is none."""
    held = citations.get(parameter, {})
    language = get_language() or "en"
    if text := held.get("in", {}).get(language):
        return Citation(text, "zh-Hans" if language == "zh-hans" else language)
    return Citation(held.get("citation", ""), "en")


class Rights:
    """What one set of terms gives a person. Every entry is a sentence and the article it rests on."""

    def __init__(self, terms: dict[str, Any], citations: dict[str, Any]) -> None:
        self.terms, self.citations = terms, citations

    def __iter__(self) -> Any:
        """Sentences, each with its citation, in the order that matters to people."""
        for parameter, sentence in (
            ("basis", self.basis()),
            ("company_opt_out_within", self.refusal()),
            ("registration_grace", self.registration()),
            ("consent_lasts", self.consent()),
            ("caps", self.caps()),
            ("complaint_clock", self.complaint()),
        ):
            if sentence:
                yield sentence, cited(self.citations, parameter)

    def basis(self) -> str:
        """Whether silence is a no."""
        if self.terms["basis"] == "consent_required":
            return _(
                "Without your consent, or business you already have with the company, nobody may call to sell."
            )
        return _("Companies may call to sell until you refuse; once you have, they may not.")

    def refusal(self) -> str:
        """How soon a company must heed a refusal."""
        within = self.terms.get("company_opt_out_within") or {}
        if "duration" in within:
            length = Duration.parse(within["duration"])
            if not length:
                return _("Tell a company no, and it must stop at once.")
            return _("Tell a company no, and it must stop within %(length)s.") % {"length": span(length)}
        if "working_days" in within:
            return ngettext(
                "Tell a company no, and it must stop within %(days)d working day.",
                "Tell a company no, and it must stop within %(days)d working days.",
                within["working_days"],
            ) % {"days": within["working_days"]}
        return ""

    def registration(self) -> str:
        """How soon a registration must be heeded; in this register, at once."""
        length = Duration.parse(self.terms.get("registration_grace") or "PT0S")
        if not length:
            return _("What you refuse here binds every company from that moment.")
        return _(
            "What you refuse here denies calls from that moment; the law itself gives companies %(length)s."
        ) % {"length": span(length)}

    def consent(self) -> str:
        """That consent ends, by itself and by one's word."""
        lasts = self.terms.get("consent_lasts", "unlimited")
        if lasts == "unlimited":
            return _("A consent you gave can be taken back at any time.")
        return _("A consent you gave can be taken back at any time, and ends by itself after %(length)s.") % {
            "length": span(Duration.parse(lasts))
        }

    def caps(self) -> str:
        """How often one company may try."""
        for cap in self.terms.get("caps") or []:
            if cap["window"] == "calendar_day":
                return ngettext(
                    "One company may try to reach you at most once a day.",
                    "One company may try to reach you at most %(times)d times a day.",
                    cap["max"],
                ) % {"times": cap["max"]}
            if "duration" in cap:
                return _("One company may try to reach you at most %(times)d times in %(length)s.") % {
                    "times": cap["max"],
                    "length": span(Duration.parse(cap["duration"])),
                }
        return ""

    def complaint(self) -> str:
        """How soon a complaint is answered."""
        days = (self.terms.get("complaint_clock") or {}).get("answer_working_days")
        if days is None:
            return ""
        return ngettext(
            "A company must answer your complaint within %(days)d working day.",
            "A company must answer your complaint within %(days)d working days.",
            days,
        ) % {"days": days}

    def hours(self) -> list[tuple[str, str]]:
        """Pairs of days and hours at which calls are permitted; days of the same hours together."""
        groups: list[tuple[list[str], str]] = []
        windows = self.terms.get("windows") or {}
        for day in (day for day in DAY_CLASSES if day in windows):
            text = ", ".join(f"{start}–{end}" for start, end in windows[day]) or _("no calls")
            if groups and groups[-1][1] == text:
                groups[-1][0].append(day)
            else:
                groups.append(([day], text))
        if len(groups) == 1:
            return [(_("Every day"), groups[0][1])]
        return [(days(names), text) for names, text in groups]


def days(names: list[str]) -> str:
    """Days in words: a run of more than two by its ends."""
    known = [str(words.DAYS.get(name, _("The day before a public holiday"))) for name in names]
    weekdays = all(name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun") for name in names)
    if weekdays and len(known) > 2:
        return _("%(first)s to %(last)s") % {"first": known[0], "last": known[-1]}
    return _(", ").join(known)


def span(length: Duration) -> str:
    """A length of time in words, in its largest unit."""
    if length.months and length.months % 12 == 0:
        years = length.months // 12
        return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    if length.months:
        return ngettext("%(n)d month", "%(n)d months", length.months) % {"n": length.months}
    if length.days:
        return ngettext("%(n)d day", "%(n)d days", length.days) % {"n": length.days}
    hours = length.seconds // 3600
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
