-- Planted, found and missed by story and code. A finding that nobody planted has no story of its own row.
SELECT
    planted.story, coalesce(planted.code, held.code), count(planted.call_row),
    count(*) FILTER (WHERE planted.call_row IS NOT NULL AND held.id IS NOT NULL),
    count(*) FILTER (WHERE planted.call_row IS NULL)
FROM month_expected AS planted
FULL JOIN (
    SELECT id, call_row, code FROM compliance_violation
    WHERE status <> 'withdrawn' AND call_started_at >= %(since)s AND call_started_at < %(until)s
) AS held USING (call_row, code)
GROUP BY 1, 2 ORDER BY 1, 2
