-- The rows that the figures of reports count, each once, as they were known at `as_of`: what is counted of them is said in
-- `month_reports.py`. Written without the tables that the reports read, and without their way to them.
DROP TABLE IF EXISTS plain_check, plain_violation, plain_call, plain_complaint, plain_active;

CREATE TEMPORARY TABLE plain_check AS
SELECT
    asked.company_id, asked.sector, asked.kind, asked.allowed, asked.checked_at,
    (asked.checked_at AT TIME ZONE 'UTC')::date AS day, decision.reasons[1] AS reason,
    place.calendar AS region
FROM registry_check AS asked
JOIN registry_decision AS decision ON decision.id = asked.decision_id
LEFT JOIN LATERAL (
    SELECT calendar FROM registry_numberrange WHERE first <= rpad(asked.number::text, 15, '0')::bigint
    ORDER BY first DESC LIMIT 1
) AS place ON true
WHERE asked.checked_at >= %(since)s AND asked.checked_at < %(until)s AND asked.checked_at <= %(as_of)s;

CREATE TEMPORARY TABLE plain_violation AS
SELECT
    found.id, found.company_id, found.code, found.sector, found.region, found.call_row,
    (found.call_started_at AT TIME ZONE 'UTC')::date AS day, found.status
FROM compliance_violation AS found
WHERE found.call_started_at >= %(since)s AND found.call_started_at < %(until)s AND found.opened_at <= %(as_of)s;
CREATE INDEX ON plain_violation (call_row);

CREATE TEMPORARY TABLE plain_call AS
SELECT
    call.company_id, call.sector, (call.started_at AT TIME ZONE 'UTC')::date AS day, place.calendar AS region,
    held.id IS NOT NULL AS audited,
    held.id IS NOT NULL AND call.id IN (
        SELECT call_row FROM plain_violation WHERE status NOT IN ('withdrawn', 'dismissed')
    ) AS violating
FROM compliance_call AS call
LEFT JOIN LATERAL (
    SELECT calendar FROM registry_numberrange WHERE first <= rpad(call.number::text, 15, '0')::bigint
    ORDER BY first DESC LIMIT 1
) AS place ON true
LEFT JOIN compliance_audit AS held
    ON held.company_id = call.company_id AND held.day = (call.started_at AT TIME ZONE 'UTC')::date
    AND EXISTS (
        SELECT FROM compliance_auditrun AS run
        WHERE run.audit_id = held.id AND run.state = 'completed' AND run.finished_at <= %(as_of)s
    )
WHERE call.started_at >= %(since)s AND call.started_at < %(until)s AND call.received_at <= %(as_of)s;

CREATE TEMPORARY TABLE plain_complaint AS
SELECT
    complaint.id, complaint.sector, complaint.state, (
        SELECT max(company_id) FROM compliance_complaintstep AS step
        WHERE step.complaint_id = complaint.id AND step.step = 'relay' AND step.at <= %(as_of)s
    ) AS company_id,
    (complaint.received_at AT TIME ZONE 'UTC')::date AS day
FROM compliance_complaint AS complaint
WHERE complaint.received_at >= %(since)s AND complaint.received_at < %(until)s AND complaint.received_at <= %(as_of)s;

CREATE TEMPORARY TABLE plain_active AS
SELECT
    company_id, day, sector, EXISTS (
        SELECT FROM compliance_audit AS held JOIN compliance_auditrun AS run ON run.audit_id = held.id
        WHERE held.company_id = active.company_id AND held.day = active.day AND run.state = 'completed'
            AND run.finished_at <= %(as_of)s
    ) AS audited
FROM (SELECT company_id, day, sector FROM plain_check UNION SELECT company_id, day, sector FROM plain_call) AS active
