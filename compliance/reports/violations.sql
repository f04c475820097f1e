-- totals
SELECT count(*) AS violations, count(DISTINCT call_row) AS violating FROM standing

-- table: by_rule
SELECT code, count(*) AS violations, count(DISTINCT call_row) AS violating
FROM standing GROUP BY code ORDER BY violations DESC, code

-- table: by_status
SELECT status, count(*) AS violations_found FROM violation_known GROUP BY status ORDER BY status

-- table: by_sector
SELECT sector, count(*) AS violations, count(DISTINCT call_row) AS violating
FROM standing GROUP BY sector ORDER BY sector
