"""Two cases of the demo: the school's was decided, and it may not call for ninety days; the insurer's waits for a
decision, which the member of staff of the demo may make.
"""

from datetime import datetime
from typing import Any

from compliance import case_decisions, cases
from compliance.models import Case, Complaint, Violation
from config.demo import cast
from config.demo.cast import INSURER, TEACHER, Part
from registry.models import Company
from registry.periods import Moment


def finish(*, day: datetime, clock: datetime, officer: Any, chief: Any) -> None:
    """Open them and take their steps, unless that was done. `chief` decides what `officer` proposes."""
    if Case.objects.exists():
        return
    moments = [cast.since(day, clock, share / 100) for share in range(50, 90, 5)]
    school = _open(
        TEACHER, ["no_check", "opted_out_of_company"], "未查询即拨打、拒绝后仍拨打", officer, moments[0]
    )
    _tell(school, officer, moments[1:3], "贵公司未查询即拨打四个号码,并拨打一名已拒绝来电的人。",
          "系新员工操作失误,已停止该活动并培训全体坐席。")  # fmt: skip
    case_decisions.propose(
        case_id=school.pk,
        action="suspend_new_outbound",
        lasts="P90D",
        text="事实清楚,且有投诉成立。政策未规定阶梯,依裁量建议暂停外呼九十日。",
        user=officer,
        clock=moments[3],
    )
    case_decisions.decide(
        case_id=school.pk, text="同意所提处理意见。", user=chief, moment=Moment.of(moments[4])
    )
    insurer = _open(
        INSURER, ["no_check", "called_after_deny", "opted_out_of_all"], "否决后仍拨打", officer, moments[4]
    )
    _tell(insurer, officer, moments[5:7], "贵公司在登记平台答复不得拨打后仍拨打,并有两次未经查询。",
          "两次未经查询系系统故障所致;其余正在核查。")  # fmt: skip
    case_decisions.propose(
        case_id=insurer.pk,
        action="order_correct",
        text="首次认定,依阶梯责令改正。",
        user=officer,
        clock=moments[7],
    )


def _open(part: Part, codes: list[str], title: str, officer: Any, at: datetime) -> Case:
    """A case on a company's violations of some rules, and on what people complained of that is not closed away."""
    company = Company.objects.filter(name=part.name).earliest("id")
    found = Violation.objects.filter(company=company, code__in=codes)
    told = Complaint.objects.filter(company=company, state__in=("relayed", "closed"))
    return cases.open_case(
        company=company,
        gathered={
            "violation": list(found.values_list("pk", flat=True)),
            "complaint": list(told.values_list("pk", flat=True)),
        },
        title=title,
        user=officer,
        moment=Moment.of(at),
    )


def _tell(case: Case, officer: Any, moments: list[datetime], notice: str, answer: str) -> None:
    """Notice to the company, and its answer."""
    noticed, answered = moments
    cases.notify(case_id=case.pk, text=notice, user=officer, clock=noticed)
    cases.respond(case_id=case.pk, company_id=case.company_id, text=answer, evidence=[], clock=answered)
