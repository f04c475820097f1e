-- The violations of one company-day, by code, sector, region and status.
INSERT INTO compliance_violationcount (day, company_id, code, sector, region, status, violations)
SELECT %(day)s, %(company_id)s, code, sector, region, status, count(*)
FROM compliance_violation
WHERE company_id = %(company_id)s AND call_started_at >= %(since)s AND call_started_at < %(until)s
GROUP BY code, sector, region, status
