-- The calls that carriers recorded from the company's callers, on the day and %(margin)s around it.
-- Whose a caller was when it was used, as is known at the clock: who was entered late is not accused.
-- OFFSET 0: a search by `carrier_call_caller` for each caller; as a join, the planner might read the month.
INSERT INTO recon_carried
SELECT
    carried.id, carried.company_id, carried.caller, carried.number, carried.started_at,
    coalesce(
        carried.ended_at,
        coalesce(carried.answered_at, carried.started_at) + coalesce(carried.duration_s, 0) * interval '1 second'
    ),
    carried.disposition, carried.received_at, carried.started_at >= %(since)s AND carried.started_at < %(until)s
FROM registry_caller AS own
CROSS JOIN LATERAL (
    SELECT *
    FROM compliance_carriercall AS call
    WHERE call.caller = own.number AND call.started_at >= %(since)s - %(margin)s
        AND call.started_at < %(until)s + %(margin)s AND own.valid @> call.started_at
        AND call.received_at <= %(clock)s
    OFFSET 0
) AS carried
WHERE own.company_id = %(company)s AND (own.recorded @> %(clock)s) IS TRUE
ON CONFLICT (id) DO NOTHING
