-- The places that the questions are about.
TRUNCATE many_place;
INSERT INTO many_place
SELECT
    plan.first,
    dense_rank() OVER (ORDER BY plan.jurisdiction, plan.zone_key, plan.calendar),
    caps.fewest,
    -- Three days more: a month may be longer than an interval of a month counts for.
    coalesce(caps.widest, interval '0') + interval '3 days',
    ARRAY(
        SELECT starts_at FROM registry_segment JOIN registry_schedule AS schedule ON schedule.id = schedule_id
        WHERE schedule.calendar = plan.calendar AND schedule.zone_key = plan.zone_key
            AND starts_at > %(first)s::timestamptz AND starts_at <= %(last)s::timestamptz
        UNION
        SELECT ends_at FROM registry_segment JOIN registry_schedule AS schedule ON schedule.id = schedule_id
        WHERE schedule.calendar = plan.calendar AND schedule.zone_key = plan.zone_key
            AND ends_at > %(first)s::timestamptz AND ends_at <= %(last)s::timestamptz
        ORDER BY 1
    )
FROM (SELECT DISTINCT stretch FROM many_subject) AS asked
JOIN registry_numberrange AS plan ON plan.first = asked.stretch
LEFT JOIN LATERAL (
    SELECT
        min(cap.most) AS fewest,
        max(CASE cap.span
            WHEN 'day' THEN interval '1 day'
            WHEN 'month' THEN interval '31 days'
            ELSE cap.span::interval
        END) AS widest
    FROM registry_policy AS policy
    CROSS JOIN LATERAL unnest(policy.cap_most, policy.cap_span) AS cap (most, span)
    WHERE policy.jurisdiction = plan.jurisdiction
) AS caps ON true
