-- People who refused the company in the second before its call, after its check: one call in 500. None of them is asked
-- about again: those checks were answered before this was written.
INSERT INTO registry_optout (
    number, scope, sector, company_id, channels, days, from_minute, to_minute, said_at, source, reporter_id, valid,
    recorded
)
SELECT DISTINCT ON (number, company_id)
    number, 2, NULL::smallint, company_id, 15, NULL::smallint, NULL::smallint, NULL::smallint,
    started_at - interval '1 second', 3, company_id,
    tstzrange(started_at - interval '1 second', NULL), tstzrange(started_at - interval '1 second', NULL)
FROM compliance_call AS call
WHERE started_at >= %(since)s AND started_at < %(until)s AND id %% 500 = 0
    AND NOT EXISTS (
        SELECT FROM registry_optout AS o
        WHERE o.number = call.number AND o.company_id = call.company_id AND upper_inf(o.recorded)
    )
    AND NOT EXISTS (
        SELECT FROM registry_check AS k
        WHERE k.number = call.number AND k.company_id = call.company_id
            AND k.checked_at > call.started_at - interval '10 seconds'
    )
ORDER BY number, company_id, started_at
