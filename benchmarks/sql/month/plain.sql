-- The rows that the figures of reports count, each once, as they were known at `as_of`: what is counted of them is said in
-- `month_reports.py`. Written without the tables that the reports read, and without their way to them.
CREATE TEMPORARY TABLE plain_check AS
SELECT
    asked.company_id, asked.sector, asked.kind, asked.allowed, asked.checked_at,
    (asked.checked_at AT TIME ZONE 'UTC')::date AS day, decision.reasons[1] AS reason,
    place.calendar AS region
FROM registry_check AS asked
JOIN registry_decision AS decision ON decision.id = asked.decision_id
LEFT JOIN registry_numberrange AS place
    ON rpad(asked.number::text, 15, '0')::bigint >= place.first AND rpad(asked.number::text, 15, '0')::bigint < place.past
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
LEFT JOIN registry_numberrange AS place
    ON rpad(call.number::text, 15, '0')::bigint >= place.first AND rpad(call.number::text, 15, '0')::bigint < place.past
LEFT JOIN compliance_audit AS held
    ON held.company_id = call.company_id AND held.day = (call.started_at AT TIME ZONE 'UTC')::date
    AND EXISTS (
        SELECT FROM compliance_auditrun AS run
        WHERE run.audit_id = held.id AND run.state = 'completed' AND run.finished_at <= %(as_of)s
    )
WHERE call.started_at >= %(since)s AND call.started_at < %(until)s AND call.received_at <= %(as_of)s;

CREATE TEMPORARY TABLE plain_complaint AS
SELECT
    complaint.id, complaint.sector, complaint.company_id, complaint.state,
    (complaint.received_at AT TIME ZONE 'UTC')::date AS day
FROM compliance_complaint AS complaint
WHERE complaint.received_at >= %(since)s AND complaint.received_at < %(until)s AND complaint.received_at <= %(as_of)s
