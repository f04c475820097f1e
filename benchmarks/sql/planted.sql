-- The planted offences, each counted by a plain join of calls with checks and opt-outs: nothing of the audit's own.
WITH resting AS (
    SELECT call.*, held.id AS held_id, held.allowed, held.valid_until, held.caller AS checked_caller,
        row_number() OVER (PARTITION BY call.company_id, held.id ORDER BY call.started_at, call.id) AS use,
        row_number() OVER (
            PARTITION BY call.company_id, call.number, (call.started_at AT TIME ZONE 'Asia/Shanghai')::date
            ORDER BY call.started_at, call.id
        ) AS of_day
    FROM compliance_call AS call
    LEFT JOIN LATERAL (
        SELECT k.* FROM registry_check AS k
        WHERE k.number = call.number AND k.company_id = call.company_id
            AND (k.id = call.check_id OR call.check_id IS NULL AND k.checked_at <= call.started_at + interval '5 seconds')
            AND k.checked_at > call.started_at - interval '32 days'
        ORDER BY k.checked_at DESC, k.id DESC LIMIT 1
    ) AS held ON true
    WHERE call.started_at >= %(since)s AND call.started_at < %(until)s
)
SELECT 'no_check', count(*) FROM resting WHERE held_id IS NULL
UNION ALL
SELECT 'called_after_deny', count(*) FROM resting WHERE NOT allowed
UNION ALL
SELECT 'check_expired', count(*) FROM resting WHERE allowed AND valid_until < started_at - interval '5 seconds'
UNION ALL
SELECT 'caller_mismatch', count(*) FROM resting WHERE checked_caller <> caller
UNION ALL
-- The first call on an allowed check is the attempt that the register permitted.
SELECT 'attempts_exceeded_in_calls', count(*) FROM resting
WHERE of_day > 3 AND NOT (coalesce(allowed, false) AND use = 1 AND valid_until >= started_at - interval '5 seconds')
UNION ALL
SELECT 'opted_out_of_company', count(*) FROM resting
WHERE EXISTS (
    SELECT FROM registry_optout AS o
    WHERE o.number = resting.number AND o.scope = 2 AND o.company_id = resting.company_id
        AND lower(o.valid) <= resting.started_at AND lower(o.recorded) <= resting.started_at
        AND upper_inf(o.valid) AND upper_inf(o.recorded)
        AND NOT EXISTS (
            SELECT FROM registry_consent AS c
            WHERE c.number = resting.number AND c.company_id = resting.company_id AND c.status = 1
                AND c.given_at > lower(o.valid) AND lower(c.valid) <= resting.started_at
        )
)
