-- Planted, found, and found where nothing was planted, by story and kind: those that are about one call.
SELECT
    coalesce(planted.story, plan.story), kind, count(planted.number),
    count(*) FILTER (WHERE planted.number IS NOT NULL AND held.id IS NOT NULL),
    count(*) FILTER (WHERE planted.number IS NULL)
FROM (
    SELECT plan.story, plan.number, plan.company_id, told.kind
    FROM month_plan AS plan
    JOIN jsonb_to_recordset(%(rows)s) AS told (story smallint, kind text) USING (story)
) AS planted
FULL JOIN (
    SELECT id, kind, number, company_id
    FROM compliance_discrepancy
    WHERE state = 'open' AND number IS NOT NULL AND at >= %(since)s AND at < %(until)s
) AS held USING (kind, number, company_id)
LEFT JOIN month_plan AS plan ON plan.number = held.number
GROUP BY 1, 2 ORDER BY 2, 1
