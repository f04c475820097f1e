"""The parameters a policy pack may set: the name of each, the shape of its value, and what it is for.

`decides` parameters go into verdicts, and a pack that extends no other must state every one of them. `informs`
parameters are shown, and steer clocks and reports, but no verdict rests on them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from registry import shapes
from registry.shapes import Name, Positive, Purpose, Span, Windows, distinct, duration_or, fixed_time


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: the shape its value is read as, then `finish`, which checks what a shape cannot say."""

    name: str
    role: Literal["decides", "informs"]
    shape: Any
    meaning: str
    finish: Callable[[Any], Any] = shapes.plain

    @property
    def decides(self) -> bool:
        return self.role == "decides"

    def read(self, value: Any) -> Any:
        """`value` as a pack file gives it, checked, in plain JSON form. Raises ValueError saying what is wrong."""
        return shapes.read(value, self.shape, self.finish)


PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter(
            "basis",
            "decides",
            Literal["consent_required", "opt_out"],
            "Whether a sales call needs a ground, or only the absence of an opt-out.",
        ),
        Parameter(
            "exempt_purposes",
            "decides",
            list[Purpose],
            "Purposes that need no ground and that general opt-outs do not bind; hours and caps do.",
            distinct,
        ),
        Parameter(
            "relationship",
            "decides",
            dict[shapes.Kind, Span],
            "Relationships that carry a call, and how long: from the purchase, the inquiry, or the contract's end.",
        ),
        Parameter(
            "consent_confirmation",
            "decides",
            Literal["required", "not_required"],
            "Whether a consent carries calls only once the person has confirmed it.",
        ),
        Parameter(
            "consent_survives_opt_out",
            "decides",
            bool,
            "Whether an earlier consent stands against a later general or sector opt-out.",
        ),
        Parameter(
            "consent_grace",
            "decides",
            Span,
            "A consent recorded longer than this after it was given is marked late.",
        ),
        Parameter(
            "consent_lasts",
            "decides",
            str,
            "The longest life of a consent that names no end: a duration, or `unlimited`.",
            duration_or("unlimited"),
        ),
        Parameter(
            "windows",
            "decides",
            Windows,
            "Calling hours where the person is, by day class; an empty list is a closed day, an empty table no rule.",
            shapes.windows_by_day,
        ),
        Parameter(
            "caps",
            "decides",
            list[shapes.Cap],
            "The most call attempts in a window of time; an empty list is no cap.",
        ),
        Parameter(
            "check_validity", "decides", Span, "How long an allowed check may be dialled on.", fixed_time
        ),
        Parameter(
            "registration_grace",
            "informs",
            Span,
            "How long after a general opt-out the law still excuses a call.",
        ),
        Parameter(
            "company_opt_out_within",
            "informs",
            shapes.Within,
            "How soon a company must act on a refusal told to it.",
        ),
        Parameter(
            "company_opt_out_lasts",
            "informs",
            str,
            "How long a refusal of one company binds at the least: a duration, or `until_new_consent`.",
            duration_or("until_new_consent"),
        ),
        Parameter(
            "refusal_freeze", "informs", Span, "How long a refusal in a call rules out the next attempt."
        ),
        Parameter(
            "company_exemption", "informs", bool, "Whether a person opted out of all may exempt one company."
        ),
        Parameter(
            "hours_exempt_if",
            "informs",
            list[Literal["consent_to_that_hour", "express_consent", "person_asked"]],
            "What lifts the calling hours by law. The register applies the hours all the same.",
            distinct,
        ),
        Parameter(
            "research_windows", "informs", Windows, "Local hours for research calls.", shapes.windows_by_day
        ),
        Parameter(
            "consent_announced",
            "informs",
            Literal["no", "first_of_company", "each"],
            "Whether a person gets a text when a company records a consent: never, for its first, for each.",
        ),
        Parameter("consent_record_kept", "informs", Span, "How long the proof of a consent is kept."),
        Parameter("call_record_kept", "informs", Span, "How long records or recordings of calls are kept."),
        Parameter(
            "abandoned_calls",
            "informs",
            shapes.AbandonedCalls,
            "How many answered calls may be left without an agent.",
        ),
        Parameter(
            "short_calls", "informs", shapes.ShortCalls, "When many very short calls cut a caller off."
        ),
        Parameter(
            "probing",
            "informs",
            shapes.Probing,
            "When checks that no call follows are too many of a company's.",
        ),
        Parameter(
            "unlicensed_callers",
            "informs",
            shapes.UnlicensedCallers,
            "By which behaviour a calling number that belongs to no company is suspected of telemarketing.",
        ),
        Parameter(
            "complaint_clock", "informs", shapes.ComplaintClock, "How long each step of a complaint may take."
        ),
        Parameter(
            "complaint_contacts",
            "informs",
            dict[Literal["commercial", "malicious", "illegal"], list[shapes.Contact]],
            "Where a person who complains of a call of that kind turns as well.",
        ),
        Parameter(
            "penalty_ladder",
            "informs",
            list[shapes.Rung],
            "What follows the first, second and later violation.",
        ),
        Parameter(
            "case_response_within",
            "informs",
            shapes.Within,
            "How long a company has to answer the notice of a case.",
        ),
        Parameter(
            "case_decision_within",
            "informs",
            shapes.Within,
            "How soon after its opening a case is to be decided.",
        ),
        Parameter(
            "case_appeal_within",
            "informs",
            shapes.Within,
            "How long after a decision a company may appeal against it.",
        ),
        Parameter(
            "case_review_within",
            "informs",
            shapes.Within,
            "How soon an appeal is to be decided.",
        ),
        Parameter(
            "banned_products", "informs", list[Name], "Products that may not be sold by phone.", distinct
        ),
        Parameter(
            "consent_required_products",
            "informs",
            list[Name],
            "Products that need consent even where calls in general do not.",
            distinct,
        ),
        Parameter("agent_daily_calls", "informs", Positive, "The most calls one agent may make in a day."),
        Parameter(
            "contract_void_without_consent",
            "informs",
            bool,
            "Whether a sale made in an unlawful call is void.",
        ),
        Parameter("renewal_call", "informs", shapes.RenewalCall, "How early a renewal call may be made."),
        Parameter("registers", "informs", list[Name], "Separate opt-out lists by kind of message.", distinct),
        Parameter(
            "number_series", "informs", dict[Name, str], "Number prefixes set aside for a kind of call."
        ),
        Parameter(
            "preference_bands",
            "informs",
            list[tuple[str, str]],
            "Times of day a person may choose from.",
            shapes.bands,
        ),
        Parameter(
            "preference_categories", "informs", dict[str, Name], "Kinds of call a person may choose from."
        ),
    )
}
