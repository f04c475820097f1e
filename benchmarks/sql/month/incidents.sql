-- Answers of ours that were wrong: planted, found, and found where none was planted.
SELECT
    count(*) FILTER (WHERE planted.id IS NOT NULL),
    count(*) FILTER (WHERE planted.id IS NOT NULL AND held.id IS NOT NULL),
    count(*) FILTER (WHERE planted.id IS NULL)
FROM (
    SELECT month_check.id
    FROM month_check
    JOIN month_plan USING (place)
    JOIN jsonb_to_recordset(%(rows)s) AS asks (story smallint, nth integer, blind bigint)
        ON asks.story = month_plan.story AND asks.nth = month_check.nth
    WHERE asks.blind > 0
) AS planted
FULL JOIN (
    SELECT id, check_id FROM compliance_incident WHERE checked_at >= %(since)s AND checked_at < %(until)s
) AS held ON held.check_id = planted.id
