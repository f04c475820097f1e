-- Calls that may be over a cap of their policy: as many calls as it permits were made to the number in one window
-- before this one, whomever they were made for. The windows are those of `facts.sql`, counted at the call's start.
-- A call that failed (disposition 3) reached nobody: it uses nothing up, and is over nothing.
INSERT INTO audit_suspect (n, most, since)
-- Most numbers are called once: one look settles them, before windows are worked out in local time. A piece holds all
-- calls of the day to its numbers. OFFSET 0 keeps it one look a number; as a join it would read all calls of the time.
WITH called AS MATERIALIZED (
    SELECT number, count(*) AS times FROM audit_matched WHERE disposition <> 3 GROUP BY number ORDER BY number
), again AS MATERIALIZED (
    SELECT matched.n, matched.id, matched.company_id, matched.number, matched.started_at
    FROM audit_matched AS matched
    WHERE matched.disposition <> 3 AND matched.number IN (
        SELECT called.number
        FROM called
        WHERE called.times > 1 OR EXISTS (
            SELECT FROM compliance_call e
            WHERE e.number = called.number AND e.company_id = %(company_id)s AND e.disposition <> 3
                AND e.started_at >= %(earliest)s AND e.started_at < %(since)s
            OFFSET 0
        )
    )
)
SELECT again.n, cap.most, spell.since
FROM again
JOIN many_judged AS judged ON judged.n = again.n
JOIN registry_policy AS policy ON policy.id = judged.policy_id
CROSS JOIN LATERAL unnest(policy.cap_most, policy.cap_span) AS cap (most, span)
CROSS JOIN LATERAL (
    SELECT CASE cap.span
        WHEN 'day' THEN min(date_trunc('day', again.started_at AT TIME ZONE zone) AT TIME ZONE zone)
        WHEN 'month' THEN min(date_trunc('month', again.started_at AT TIME ZONE zone) AT TIME ZONE zone)
        ELSE again.started_at - cap.span::interval + interval '1 microsecond'
    END AS since
    FROM unnest(string_to_array(judged.zone_key, ',')) AS zone
) AS spell
WHERE EXISTS (
    SELECT FROM compliance_call e
    WHERE e.number = again.number AND e.company_id = again.company_id AND e.disposition <> 3
        AND e.started_at >= %(earliest)s AND e.started_at < %(until)s
        AND e.started_at >= spell.since AND (e.started_at, e.id) < (again.started_at, again.id)
    ORDER BY e.started_at DESC, e.id DESC OFFSET cap.most - 1 LIMIT 1
)
