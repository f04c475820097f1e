-- Adds the checks asked in a stretch of time, of some companies or of all, by day, kind, sector, region and answer.
-- Company by company: that is the index there is.
INSERT INTO compliance_checkcount AS held (day, company_id, kind, sector, region, allowed, reason, checks)
SELECT
    (asked.checked_at AT TIME ZONE 'UTC')::date, company.id, asked.kind, asked.sector,
    compliance_region_v1(asked.number, asked.checked_at), asked.allowed, coalesce(decision.reasons[1], ''), count(*)
FROM registry_company AS company
CROSS JOIN LATERAL (
    SELECT checked_at, kind, sector, number, allowed, decision_id
    FROM registry_check
    WHERE company_id = company.id AND checked_at >= %(since)s AND checked_at < %(until)s
    OFFSET 0
) AS asked
LEFT JOIN registry_decision AS decision ON decision.id = asked.decision_id
WHERE %(companies)s::bigint[] IS NULL OR company.id = ANY (%(companies)s::bigint[])
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT (day, company_id, kind, sector, region, allowed, reason)
DO UPDATE SET checks = held.checks + excluded.checks
