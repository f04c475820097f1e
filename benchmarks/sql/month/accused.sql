-- Findings that nobody planted: of which story's call, and which code.
SELECT plan.story, held.code, count(*)
FROM compliance_violation AS held
JOIN compliance_call AS call
    ON call.id = held.call_row AND call.started_at = held.call_started_at
JOIN month_plan AS plan ON plan.place = split_part(call.call_id, '-', 2)::bigint
WHERE held.status <> 'withdrawn' AND held.call_started_at >= %(since)s AND held.call_started_at < %(until)s
    AND NOT EXISTS (
        SELECT FROM month_expected AS planted WHERE planted.call_row = held.call_row AND planted.code = held.code
    )
GROUP BY 1, 2 ORDER BY 1, 2
