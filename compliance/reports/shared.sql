-- The statements that several kinds have in common. A kind that has one of its own by the same name asks that.

-- totals
SELECT
    (SELECT count(*) FROM (SELECT company_id FROM check_known UNION SELECT company_id FROM call_known) AS active)
        AS companies_active,
    asked.checks, asked.denied, made.calls, made.audited, made.violating,
    (SELECT count(*) FROM standing) AS violations,
    (SELECT count(*) FROM complaint_known) AS complaints
FROM (SELECT count(*) AS checks, count(*) FILTER (WHERE NOT allowed) AS denied FROM check_known) AS asked
CROSS JOIN (
    SELECT
        count(*) AS calls, count(*) FILTER (WHERE audited) AS audited, count(*) FILTER (WHERE violating) AS violating
    FROM judged
) AS made

-- table: by_day
, by_check AS (
    SELECT (checked_at AT TIME ZONE 'UTC')::date AS day, count(*) AS checks,
        count(*) FILTER (WHERE NOT allowed) AS denied
    FROM check_known GROUP BY 1
), by_call AS (
    SELECT day, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited,
        count(*) FILTER (WHERE violating) AS violating
    FROM judged GROUP BY 1
), by_violation AS (SELECT day, count(*) AS violations FROM standing GROUP BY 1)
SELECT
    days.day::date AS day, coalesce(checks, 0) AS checks, coalesce(denied, 0) AS denied, coalesce(calls, 0) AS calls,
    coalesce(audited, 0) AS audited, coalesce(violating, 0) AS violating, coalesce(violations, 0) AS violations
FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS days (day)
LEFT JOIN by_check ON by_check.day = days.day::date
LEFT JOIN by_call ON by_call.day = days.day::date
LEFT JOIN by_violation ON by_violation.day = days.day::date
ORDER BY days.day

-- table: by_sector
SELECT
    sector, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited,
    count(*) FILTER (WHERE violating) AS violating
FROM judged GROUP BY sector ORDER BY sector

-- table: by_rule
SELECT code, count(*) AS violations, count(DISTINCT call_row) AS violating
FROM standing GROUP BY code ORDER BY violations DESC, code

-- table: by_status
SELECT status, count(*) AS violations_found FROM violation_known GROUP BY status ORDER BY status

-- table: by_region
SELECT
    compliance_region_v1(number, %(as_of)s) AS region, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited,
    count(*) FILTER (WHERE violating) AS violating
FROM judged GROUP BY 1 ORDER BY calls DESC, 1

-- table: by_company
SELECT
    company_id AS company, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited,
    count(*) FILTER (WHERE violating) AS violating
FROM judged GROUP BY company_id
HAVING count(*) FILTER (WHERE audited) >= %(fewest)s
ORDER BY company_id
