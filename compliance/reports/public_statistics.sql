-- totals
SELECT
    asked.checks, asked.denied, made.calls, made.audited, made.violating, (SELECT count(*) FROM standing) AS violations
FROM (SELECT count(*) AS checks, count(*) FILTER (WHERE NOT allowed) AS denied FROM check_known) AS asked
CROSS JOIN (
    SELECT
        count(*) AS calls, count(*) FILTER (WHERE audited) AS audited, count(*) FILTER (WHERE violating) AS violating
    FROM judged
) AS made

-- table: by_sector
, asked AS (
    SELECT sector, count(*) AS checks, count(*) FILTER (WHERE NOT allowed) AS denied FROM check_known GROUP BY 1
), made AS (
    SELECT sector, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited,
        count(*) FILTER (WHERE violating) AS violating
    FROM judged GROUP BY 1
), broken AS (SELECT sector, count(*) AS violations FROM standing GROUP BY 1)
SELECT
    sector, coalesce(checks, 0) AS checks, coalesce(denied, 0) AS denied, coalesce(calls, 0) AS calls,
    coalesce(audited, 0) AS audited, coalesce(violating, 0) AS violating, coalesce(violations, 0) AS violations
FROM asked FULL JOIN made USING (sector) FULL JOIN broken USING (sector)
ORDER BY sector

-- table: by_rule
SELECT code, count(*) AS violations FROM standing GROUP BY code ORDER BY violations DESC, code

-- table: by_region
, asked AS (
    SELECT compliance_region_v1(number, %(as_of)s) AS region, count(*) AS checks,
        count(*) FILTER (WHERE NOT allowed) AS denied
    FROM check_known GROUP BY 1
), made AS (
    SELECT compliance_region_v1(number, %(as_of)s) AS region, count(*) AS calls,
        count(*) FILTER (WHERE audited) AS audited, count(*) FILTER (WHERE violating) AS violating
    FROM judged GROUP BY 1
), broken AS (SELECT region::text AS region, count(*) AS violations FROM standing GROUP BY 1)
SELECT
    region, coalesce(checks, 0) AS checks, coalesce(denied, 0) AS denied, coalesce(calls, 0) AS calls,
    coalesce(audited, 0) AS audited, coalesce(violating, 0) AS violating, coalesce(violations, 0) AS violations
FROM asked FULL JOIN made USING (region) FULL JOIN broken USING (region)
ORDER BY region

-- table: checks
SELECT sector, compliance_region_v1(number, %(as_of)s) AS region, count(*) AS checks,
    count(*) FILTER (WHERE NOT allowed) AS denied
FROM check_known GROUP BY 1, 2 ORDER BY 1, 2

-- table: calls
SELECT sector, compliance_region_v1(number, %(as_of)s) AS region, count(*) AS calls,
    count(*) FILTER (WHERE audited) AS audited, count(*) FILTER (WHERE violating) AS violating
FROM judged GROUP BY 1, 2 ORDER BY 1, 2

-- table: violations
SELECT sector, code, region, count(*) AS violations FROM standing GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
