-- What an audit must find: one row a call and code.
CREATE TEMPORARY TABLE month_expected AS
SELECT call.id AS call_row, plan.story, code
FROM month_plan AS plan
JOIN jsonb_to_recordset(%(rows)s) AS made (story smallint, nth integer, codes text[]) USING (story)
CROSS JOIN LATERAL unnest(made.codes) AS code
JOIN compliance_call AS call
    ON call.call_id = 'month-' || plan.place || '-' || made.nth
    AND call.started_at >= %(since)s AND call.started_at < %(until)s
