-- The calls of one company-day, by sector and region of the number called. Audited are those that were on record when
-- the last completed audit of the day began; violating, those of them with a violation that stands.
INSERT INTO compliance_callcount (day, company_id, sector, region, calls, audited, violating)
SELECT
    %(day)s, %(company_id)s, call.sector, compliance_region_v1(call.number, call.started_at), count(*),
    count(*) FILTER (WHERE coalesce(log.finished_at, call.received_at) <= run.started_at),
    count(*) FILTER (
        WHERE coalesce(log.finished_at, call.received_at) <= run.started_at AND found.call_row IS NOT NULL
    )
FROM compliance_call AS call
LEFT JOIN compliance_calllog AS log ON log.id = call.call_log_id
LEFT JOIN (
    SELECT run.started_at
    FROM compliance_auditrun AS run
    JOIN compliance_audit AS audit ON audit.id = run.audit_id
    WHERE audit.company_id = %(company_id)s AND audit.day = %(day)s AND run.state = 'completed'
    ORDER BY run.finished_at DESC LIMIT 1
) AS run ON true
LEFT JOIN (
    SELECT DISTINCT call_row
    FROM compliance_violation
    WHERE company_id = %(company_id)s AND call_started_at >= %(since)s AND call_started_at < %(until)s
        AND status <> ALL (%(fallen)s)
) AS found ON found.call_row = call.id
WHERE call.company_id = %(company_id)s AND call.started_at >= %(since)s AND call.started_at < %(until)s
GROUP BY call.sector, compliance_region_v1(call.number, call.started_at)
