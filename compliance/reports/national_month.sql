-- table: by_sector
, by_violation AS (SELECT sector, count(*) AS violations FROM standing GROUP BY 1)
SELECT
    sector, count(*) AS calls, count(*) FILTER (WHERE audited) AS audited,
    count(*) FILTER (WHERE violating) AS violating, coalesce(max(violations), 0) AS violations
FROM judged LEFT JOIN by_violation USING (sector)
GROUP BY sector ORDER BY sector
