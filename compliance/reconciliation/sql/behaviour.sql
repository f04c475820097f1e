-- How the callers of a jurisdiction that belong to no company behaved that day, by the policy's own measures: what is a
-- short call, how far apart numbers in sequence are, which hours are odd. One row for each.
-- Hours are those where the number called lives; where it may lie in several zones, all of them must be odd.
-- OFFSET 0: a search by `carrier_call_caller` for each caller.
SELECT
    stranger.caller, stranger.carrier_id, coalesce(heard.calls, 0), coalesce(heard.answered, 0),
    coalesce(heard.short, 0), coalesce(heard.numbers, 0), coalesce(heard.in_sequence, 0), coalesce(heard.odd, 0),
    heard.first_at, heard.last_at, heard.received_at, complained.ids
FROM recon_stranger AS stranger
LEFT JOIN LATERAL (
    SELECT
        count(*) AS calls, count(*) FILTER (WHERE disposition = 0) AS answered,
        count(*) FILTER (WHERE disposition = 0 AND seconds <= %(short_s)s) AS short,
        count(DISTINCT number) AS numbers,
        count(*) FILTER (WHERE abs(number - before) BETWEEN 1 AND %(step)s) AS in_sequence,
        count(*) FILTER (WHERE odd) AS odd,
        min(started_at) AS first_at, max(started_at) AS last_at, max(received_at) AS received_at
    FROM (
        SELECT
            call.started_at, call.number, call.disposition, call.received_at,
            coalesce(call.duration_s, extract(epoch FROM call.ended_at - coalesce(call.answered_at, call.started_at)))
                AS seconds,
            lag(call.number) OVER (ORDER BY call.started_at, call.id) AS before,
            (
                SELECT bool_and(
                    (call.started_at AT TIME ZONE zone)::time < %(opens)s::time
                    OR (call.started_at AT TIME ZONE zone)::time >= %(closes)s::time
                )
                FROM unnest(string_to_array(place.zone_key, ',')) AS zone
            ) AS odd
        FROM (
            SELECT *
            FROM compliance_carriercall AS carried
            WHERE carried.caller = stranger.caller AND carried.started_at >= %(since)s
                AND carried.started_at < %(until)s AND carried.company_id = stranger.carrier_id
                AND carried.received_at <= %(clock)s
            OFFSET 0
        ) AS call
        LEFT JOIN LATERAL (
            SELECT zone_key
            FROM registry_numberrange
            WHERE first <= rpad(call.number::text, 15, '0')::bigint
            ORDER BY first DESC LIMIT 1
        ) AS place ON true
    ) AS call
) AS heard ON true
LEFT JOIN LATERAL (
    SELECT array_agg('cmp_' || id ORDER BY id) AS ids
    FROM compliance_complaint AS complaint
    WHERE complaint.caller = stranger.caller AND complaint.called_at >= %(complaints_since)s
        AND complaint.called_at < %(until)s AND complaint.received_at <= %(clock)s
        AND complaint.state NOT IN ('withdrawn', 'joined')
) AS complained ON true
WHERE stranger.jurisdiction = %(jurisdiction)s
ORDER BY stranger.caller
