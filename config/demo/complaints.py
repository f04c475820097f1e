"""What people complained of after the day of the demo: one answered, one unasked call, one that nobody reported, one
of a swindler that waits for an officer, one of the school that was upheld, one handed to the police.
"""

from datetime import datetime, timedelta
from typing import Any

from compliance import complaint_matching, complaints
from compliance.models import Call
from config.demo import cast
from config.demo.cast import AGREED, INSURER, TEACHER, Part, person
from registry.models import Company
from registry.periods import Moment

#: Whom the insurer called without asking; and somebody of its customers, whom it says it has not called.
NOT_ASKED, UNREPORTED = AGREED + 4, cast.CUSTOMER + 2
#: From where the swindler called: a number of nobody.
SWINDLER = 861055550199


def finish(*, day: datetime, clock: datetime, user: Any) -> None:
    """File, match and answer them, unless that was done. `user`: the officer who decides."""
    insurer = Company.objects.filter(name=INSURER.name).earliest("id")
    answered = _file("demo-1", _called(AGREED), clock, number=person(INSURER, AGREED), said_no=False,
                     text="我不记得同意过。")  # fmt: skip
    if answered is not None:
        complaints.answer(
            complaint_id=answered,
            company_id=insurer.pk,
            text="您于去年在我司网站同意接听此类电话。我们已按您的意思将号码移出名单。",
            evidence=[],
            clock=clock,
        )
    _file("demo-2", _called(NOT_ASKED), clock, number=person(INSURER, NOT_ASKED), said_no=True)
    unreported = day + timedelta(hours=6, minutes=20)
    _file("demo-3", unreported, clock, number=person(INSURER, UNREPORTED), caller=INSURER.callers[1])
    _file("demo-4", unreported, clock, number=cast.REGISTERED[7], proven=False, caller=SWINDLER, sector="other",
          category="illegal", voice="recording", company_named="某银行客服",
          text="自称银行,要我报验证码。")  # fmt: skip
    upheld = _file("demo-5", _called(NOT_ASKED, TEACHER), clock, number=person(TEACHER, NOT_ASKED), said_no=True,
                   caller=TEACHER.callers[0], sector="education", text="孩子的号码,从未留给他们。")  # fmt: skip
    if upheld is not None:
        complaints.close(
            complaint_id=upheld,
            outcome="upheld",
            text="经查,该公司未查询即拨打,投诉成立。",
            user=user,
            clock=clock,
        )
    threat = _file("demo-6", unreported - timedelta(hours=2), clock, number=cast.REGISTERED[11], proven=False,
                   caller=SWINDLER, sector="other", category="illegal", text="冒充公安机关。")  # fmt: skip
    if threat is not None:
        complaints.refer(complaint_id=threat, text="移送公安机关反诈部门。", user=user, clock=clock)


def _called(place: int, part: Part = INSURER) -> datetime:
    """When a company's log says that it called one of its people."""
    return Call.objects.filter(number=person(part, place)).earliest("started_at").started_at


def _file(reference: str, called_at: datetime, clock: datetime, **given: Any) -> int | None:
    """File a complaint and have it matched; its row, or None where it was filed before."""
    given = {
        "proven": True,
        "caller": INSURER.callers[0],
        "category": "commercial",
        "sector": "insurance",
        "voice": "person",
        "tolerance": timedelta(minutes=15),
        **given,
    }
    row, new = complaints.file(
        moment=Moment.of(clock), called_at=called_at, reference=reference, language="zh-hans", **given
    )
    if not new:
        return None
    complaint_matching.match(row.pk, clock=clock)
    return row.pk
