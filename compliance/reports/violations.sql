-- totals
SELECT count(*) AS violations, count(DISTINCT call_row) AS violating FROM standing

-- table: by_sector
SELECT sector, count(*) AS violations, count(DISTINCT call_row) AS violating
FROM standing GROUP BY sector ORDER BY sector
