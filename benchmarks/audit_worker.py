"""What a worker process of `audit` and `month` does. It imports nothing of the project before that is set up."""

from datetime import UTC, date, datetime


def audit_day(pair: tuple[int, date]) -> int:
    """Audit one company-day; its calls."""
    from compliance.audit import audit

    company, day = pair
    outcome = audit.audit(company, day, clock=datetime.now(UTC))
    if outcome["state"] != "completed":
        raise RuntimeError(f"company {company}: {outcome['state']}: {outcome['problem']}")
    return int(outcome["calls"])


def reconcile_day(pair: tuple[int | None, date]) -> int:
    """Reconcile one company-day, or the callers of nobody, as the task does; the calls that carriers recorded of it."""
    from compliance import tasks

    company, day = pair
    outcome = tasks.reconcile_company_day(company, day.isoformat())
    if outcome["state"] != "completed":
        raise RuntimeError(f"company {company}: {outcome['state']}: {outcome['problem']}")
    return int(outcome["carried"])
