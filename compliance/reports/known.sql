-- What was on record at `as_of` of the days from `since` to before `until`: the tables that the statements of reports
-- read. Those a statement does not name cost nothing.
WITH check_known AS NOT MATERIALIZED (
    SELECT company_id, sector, kind, allowed, number, checked_at, decision_id
    FROM registry_check
    WHERE checked_at >= %(since)s AND checked_at < %(until)s AND checked_at <= %(as_of)s
        AND (%(company)s::bigint IS NULL OR company_id = %(company)s)
        AND (%(sector)s::smallint IS NULL OR sector = %(sector)s)
        AND (%(region)s = '' OR compliance_region_v1(number, %(as_of)s) = %(region)s)
),
-- The last completed audit of each company-day. What came in after it began it has not seen.
run_known AS MATERIALIZED (
    SELECT DISTINCT ON (audit.id)
        audit.company_id, audit.day, run.run, run.started_at, run.finished_at, run.calls, run.rule_digest,
        run.policy_digest
    FROM compliance_audit AS audit
    JOIN compliance_auditrun AS run ON run.audit_id = audit.id
    WHERE audit.day >= %(first)s AND audit.day <= %(last)s AND run.state = 'completed' AND run.finished_at <= %(as_of)s
        AND (%(company)s::bigint IS NULL OR audit.company_id = %(company)s)
    ORDER BY audit.id, run.finished_at DESC
),
call_known AS NOT MATERIALIZED (
    SELECT
        call.id, call.company_id, call.sector, call.number, call.disposition, call.check_id, call.started_at,
        (call.started_at AT TIME ZONE 'UTC')::date AS day,
        coalesce(log.finished_at, call.received_at) AS known_at
    FROM compliance_call AS call
    LEFT JOIN compliance_calllog AS log ON log.id = call.call_log_id
    WHERE call.started_at >= %(since)s AND call.started_at < %(until)s
        AND coalesce(log.finished_at, call.received_at) <= %(as_of)s
        AND (%(company)s::bigint IS NULL OR call.company_id = %(company)s)
        AND (%(sector)s::smallint IS NULL OR call.sector = %(sector)s)
        AND (%(region)s = '' OR compliance_region_v1(call.number, %(as_of)s) = %(region)s)
),
violation_known AS NOT MATERIALIZED (
    SELECT
        found.id, found.company_id, found.code, found.call_row, found.call_started_at, found.sector, found.region,
        (found.call_started_at AT TIME ZONE 'UTC')::date AS day, coalesce(was.status, found.status) AS status
    FROM compliance_violation AS found
    LEFT JOIN compliance_violationversion AS was
        ON was.violation_id = found.id AND was.until > %(as_of)s AND was.since <= %(as_of)s
    WHERE found.call_started_at >= %(since)s AND found.call_started_at < %(until)s AND found.opened_at <= %(as_of)s
        AND (%(company)s::bigint IS NULL OR found.company_id = %(company)s)
        AND (%(sector)s::smallint IS NULL OR found.sector = %(sector)s)
        AND (%(region)s = '' OR found.region = %(region)s)
),
standing AS NOT MATERIALIZED (SELECT * FROM violation_known WHERE status NOT IN ('withdrawn', 'dismissed')),
violating AS NOT MATERIALIZED (SELECT DISTINCT call_row FROM standing),
-- Every call, whether an audit has seen it, and whether a violation of it stands.
judged AS NOT MATERIALIZED (
    SELECT
        call.id, call.company_id, call.sector, call.number, call.day, call.disposition,
        coalesce(call.known_at <= run.started_at, false) AS audited,
        coalesce(call.known_at <= run.started_at, false) AND violating.call_row IS NOT NULL AS violating
    FROM call_known AS call
    LEFT JOIN run_known AS run ON run.company_id = call.company_id AND run.day = call.day
    LEFT JOIN violating ON violating.call_row = call.id
),
-- Complaints about calls of the period, with whom they went to and where they stood.
step_known AS NOT MATERIALIZED (
    SELECT step.id, step.complaint_id, step.step, step.state, step.at, step.in_time, step.company_id
    FROM compliance_complaintstep AS step WHERE step.at <= %(as_of)s
),
complaint_known AS NOT MATERIALIZED (
    SELECT
        complaint.id, complaint.sector, complaint.category, complaint.source, complaint.proven, complaint.received_at,
        (complaint.received_at AT TIME ZONE 'UTC')::date AS day,
        (
            SELECT step.company_id FROM step_known AS step
            WHERE step.complaint_id = complaint.id AND step.step = 'relay' ORDER BY step.id DESC LIMIT 1
        ) AS company_id,
        (
            SELECT step.state FROM step_known AS step
            WHERE step.complaint_id = complaint.id ORDER BY step.id DESC LIMIT 1
        ) AS state
    FROM compliance_complaint AS complaint
    WHERE complaint.received_at >= %(since)s AND complaint.received_at < %(until)s AND complaint.received_at <= %(as_of)s
        AND (%(sector)s::smallint IS NULL OR complaint.sector = %(sector)s)
        AND (%(region)s = '' OR compliance_region_v1(complaint.number, %(as_of)s) = %(region)s)
        AND (%(company)s::bigint IS NULL OR %(company)s = (
            SELECT step.company_id FROM step_known AS step
            WHERE step.complaint_id = complaint.id AND step.step = 'relay' ORDER BY step.id DESC LIMIT 1
        ))
)
