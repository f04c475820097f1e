-- What was true of each question: each row of `asked` comes out with named facts and the ids of the evidence.
--
-- asked (n, company_id, seller_id, number, caller, sector, channel, purpose, at, known_at, before)
--   at, known_at   the moment: facts in effect at `at`, as on record at `known_at`
--   before         attempts are counted up to here, exclusive: the moment itself, or the call's own check
-- %(earliest)s, %(latest)s bound `before` over all of `asked`, less the longest window a cap may have (`facts.bounds`).
-- LEFT joins only: a lost row would be a silent allow. A NULL among the facts finds no decision, and so no verdict.
-- `(… @> …) IS TRUE` is a filter where the index that leads with the key is the one to use: the exclusion constraints'
-- GiST indexes, which the planner would take for the ranges, read every row in force.
SELECT
    asked.*,
    CASE
        WHEN licence.both_for_sector THEN 'licensed'
        WHEN licence.both_at_all THEN 'sector_unlicensed'
        ELSE 'unlicensed'
    END AS standing,
    caller.registered AS caller_registered,
    (refusal.company_since IS NOT NULL
        AND refusal.company_since >= coalesce(agreed.confirmed_given, '-infinity')) AS refused,
    (refusal.all_since IS NOT NULL AND refusal.all_since >= lifted.since) AS out_of_all,
    (refusal.sector_since IS NOT NULL AND refusal.sector_since >= lifted.since) AS out_of_sector,
    (refusal.channel_since IS NOT NULL AND refusal.channel_since >= lifted.since) AS out_of_channel,
    CASE
        WHEN agreed.given IS NOT NULL THEN 'consent'
        WHEN related.record_id IS NOT NULL THEN 'relationship'
        WHEN agreed.revoked THEN 'revoked'
        WHEN agreed.disputed THEN 'disputed'
        WHEN agreed.unconfirmed THEN 'unconfirmed'
        WHEN agreed.not_for_channel THEN 'not_for_channel'
        WHEN agreed.expired THEN 'expired'
        WHEN agreed.reassigned OR related.reassigned THEN 'reassigned'
        ELSE 'missing'
    END AS ground,
    CASE
        WHEN (policy.exempt_purposes >> asked.purpose) & 1 = 1 THEN 'exempt'
        WHEN policy.consent_required THEN 'consent_required'
        WHEN NOT policy.consent_required THEN 'opt_out'
    END AS regime,
    CASE
        WHEN refusal.hours_closed THEN 'outside_calling_hours'
        WHEN policy.windows_key = '' THEN 'open'
        ELSE clock.state
    END AS hours,
    attempts.exceeded AS attempts_exceeded,
    policy.id AS policy_id,
    policy.check_validity,
    CASE WHEN agreed.given IS NOT NULL THEN agreed.record_id END AS consent_record,
    CASE WHEN agreed.given IS NULL THEN related.record_id END AS relationship_record,
    CASE
        WHEN refusal.company_since >= coalesce(agreed.confirmed_given, '-infinity') THEN refusal.company_record
        WHEN refusal.all_since >= lifted.since THEN refusal.all_record
        WHEN refusal.sector_since >= lifted.since THEN refusal.sector_record
        WHEN refusal.channel_since >= lifted.since THEN refusal.channel_record
    END AS opt_out_record,
    CASE
        WHEN refusal.company_since >= coalesce(agreed.confirmed_given, '-infinity') THEN refusal.company_since
        WHEN refusal.all_since >= lifted.since THEN refusal.all_since
        WHEN refusal.sector_since >= lifted.since THEN refusal.sector_since
        WHEN refusal.channel_since >= lifted.since THEN refusal.channel_since
    END AS since,
    CASE WHEN agreed.given IS NOT NULL THEN agreed.ends_at ELSE related.ends_at END AS basis_ends_at,
    least(CASE WHEN policy.windows_key <> '' THEN clock.ends_at END, refusal.hours_close_at) AS hours_end_at,
    attempts.free_at,
    policy.windows_key,
    place.calendar,
    place.zone_key
FROM asked

-- Where the number lives: its law, its clocks, its holidays.
LEFT JOIN LATERAL (
    SELECT jurisdiction, zone_key, calendar, past FROM registry_numberrange
    WHERE first <= rpad(asked.number::text, 15, '0')::bigint
    ORDER BY first DESC LIMIT 1
) AS place ON place.past > rpad(asked.number::text, 15, '0')::bigint

-- The terms in force there, as they were known.
LEFT JOIN registry_policy AS policy
    ON policy.jurisdiction = place.jurisdiction AND policy.sector = asked.sector
    AND (policy.valid @> asked.at AND policy.recorded @> asked.known_at) IS TRUE

-- Standing: the company and the seller it dials for are licensed, and for this sector.
LEFT JOIN LATERAL (
    SELECT
        coalesce(bool_or(company_id = asked.company_id) AND bool_or(company_id = asked.seller_id), false)
            AS both_at_all,
        coalesce(bool_or(company_id = asked.company_id AND sector = asked.sector)
            AND bool_or(company_id = asked.seller_id AND sector = asked.sector), false) AS both_for_sector
    FROM registry_licence
    WHERE company_id IN (asked.company_id, asked.seller_id)
        AND (valid @> asked.at AND recorded @> asked.known_at) IS TRUE
) AS licence ON true

LEFT JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM registry_caller
        WHERE number = asked.caller AND company_id IN (asked.company_id, asked.seller_id)
            AND valid @> asked.at AND recorded @> asked.known_at
    ) AS registered
) AS caller ON true

-- When the number last changed hands.
LEFT JOIN LATERAL (
    SELECT coalesce(max(lower(valid)), '-infinity') AS at FROM registry_reassignment
    WHERE number = asked.number AND lower(valid) <= asked.at AND recorded @> asked.known_at
) AS handed_over ON true

-- What the seller holds for this number and sector. Every row of it is in one state at the moment; a consent counts
-- from when it was given, but carries nothing before it was on record, nothing given before the number changed
-- hands, and nothing given before a revocation for the same sector and channel.
LEFT JOIN LATERAL (
    SELECT
        max(given_at) FILTER (WHERE state = 'consent') AS given,
        max(given_at) FILTER (WHERE state = 'consent' AND confirmed) AS confirmed_given,
        max(revoked_since) AS revoked_since,
        (array_agg(record_id ORDER BY given_at DESC, record_id DESC) FILTER (WHERE state = 'consent'))[1]
            AS record_id,
        (array_agg(ends_at ORDER BY given_at DESC, record_id DESC) FILTER (WHERE state = 'consent'))[1] AS ends_at,
        bool_or(state = 'revoked') AS revoked,
        bool_or(state = 'disputed') AS disputed,
        bool_or(state = 'unconfirmed') AS unconfirmed,
        bool_or(state = 'not_for_channel') AS not_for_channel,
        bool_or(state = 'expired') AS expired,
        bool_or(state = 'reassigned') AS reassigned
    FROM (
        SELECT
            held.record_id,
            held.given_at,
            held.revoked_since,
            upper(held.valid) AS ends_at,
            held.status = 1 AS confirmed,
            CASE
                -- A "no" counts from when it was said, whenever the consent it is about came on record. It is that of
                -- who held the number then: today's holder may take back or deny what the last one gave.
                WHEN held.on_channel AND held.status = 3 AND lower(held.valid) > handed_over.at THEN 'revoked'
                WHEN held.on_channel AND held.status = 2 AND lower(held.valid) > handed_over.at
                    AND held.valid @> asked.at THEN 'disputed'
                WHEN held.on_record_since > asked.at THEN 'unknown'
                WHEN NOT held.on_channel THEN CASE
                    WHEN held.status < 2 AND held.valid @> asked.at AND held.given_at > handed_over.at
                        THEN 'not_for_channel'
                END
                WHEN held.given_at <= handed_over.at THEN 'reassigned'
                WHEN held.given_at <= held.revoked_since THEN 'revoked'
                WHEN NOT held.valid @> asked.at THEN 'expired'
                WHEN policy.confirmation_required AND held.status <> 1 THEN 'unconfirmed'
                ELSE 'consent'
            END AS state
        FROM (
            SELECT
                record_id, given_at, valid, status, on_record_since,
                (channels >> asked.channel) & 1 = 1 AS on_channel,
                max(lower(valid)) FILTER (WHERE status = 3 AND (channels >> asked.channel) & 1 = 1) OVER ()
                    AS revoked_since
            FROM registry_consent
            WHERE number = asked.number AND company_id = asked.seller_id
                AND (sectors >> asked.sector) & 1 = 1
                AND lower(valid) <= asked.at AND recorded @> asked.known_at
        ) AS held
        -- Keeps the state computed once a row, instead of written out into each of the aggregates above.
        OFFSET 0
    ) AS judged
) AS agreed ON true

-- An existing relationship, where the policy admits its kind; not one that began before the number changed hands, or
-- before the person took a consent back.
LEFT JOIN LATERAL (
    SELECT
        (array_agg(record_id ORDER BY upper(valid) DESC, record_id) FILTER (WHERE lower(valid) > handed_over.at))[1]
            AS record_id,
        max(upper(valid)) FILTER (WHERE lower(valid) > handed_over.at) AS ends_at,
        bool_or(lower(valid) <= handed_over.at) AS reassigned
    FROM registry_relationship
    WHERE number = asked.number AND company_id = asked.seller_id
        AND valid @> asked.at AND on_record_since <= asked.at AND recorded @> asked.known_at
        AND (policy.relationship_kinds >> kind) & 1 = 1
        AND lower(valid) > coalesce(agreed.revoked_since, '-infinity')
) AS related ON true

-- A consent in effect lifts general opt-outs that came before it; under some policies, later ones too.
LEFT JOIN LATERAL (
    SELECT CASE
        WHEN agreed.given IS NULL THEN '-infinity'
        WHEN policy.consent_survives_opt_out THEN 'infinity'
        ELSE agreed.given
    END::timestamptz AS since
) AS lifted ON true

-- What the person opted out of, on this channel: the latest of each scope, and whether the hours are closed by them.
LEFT JOIN LATERAL (
    SELECT
        max(at) FILTER (WHERE whole AND scope = 2) AS company_since,
        max(at) FILTER (WHERE whole AND scope = 0 AND channels = 15) AS all_since,
        max(at) FILTER (WHERE whole AND scope = 1) AS sector_since,
        max(at) FILTER (WHERE whole AND scope = 0 AND channels <> 15) AS channel_since,
        (array_agg(record_id ORDER BY at DESC, record_id) FILTER (WHERE whole AND scope = 2))[1] AS company_record,
        (array_agg(record_id ORDER BY at DESC, record_id)
            FILTER (WHERE whole AND scope = 0 AND channels = 15))[1] AS all_record,
        (array_agg(record_id ORDER BY at DESC, record_id) FILTER (WHERE whole AND scope = 1))[1] AS sector_record,
        (array_agg(record_id ORDER BY at DESC, record_id)
            FILTER (WHERE whole AND scope = 0 AND channels <> 15))[1] AS channel_record,
        bool_or(NOT whole AND EXISTS (
            SELECT FROM unnest(string_to_array(place.zone_key, ',')) AS zone
            CROSS JOIN LATERAL (SELECT asked.at AT TIME ZONE zone AS wall) AS there
            -- A holiday is still the weekday it falls on: who closed Sundays closed Easter Sunday too.
            CROSS JOIN LATERAL (SELECT 1 << (extract(isodow FROM there.wall)::int - 1) | CASE
                WHEN EXISTS (SELECT FROM registry_holiday h
                             WHERE h.calendar = place.calendar AND h.day = there.wall::date) THEN 128
                ELSE 0
            END AS days) AS today
            WHERE (said.days IS NULL OR said.days & today.days <> 0)
                AND (from_minute IS NULL
                    OR extract(hour FROM there.wall) * 60 + extract(minute FROM there.wall) >= from_minute
                    AND extract(hour FROM there.wall) * 60 + extract(minute FROM there.wall) < to_minute)
        )) AS hours_closed,
        -- When such hours begin next, whatever the weekday: an allow may end sooner than it must, never later.
        min((
            SELECT min((begins.at + CASE WHEN begins.at > there.wall THEN '0' ELSE '1 day' END::interval)
                AT TIME ZONE zone)
            FROM unnest(string_to_array(place.zone_key, ',')) AS zone
            CROSS JOIN LATERAL (SELECT asked.at AT TIME ZONE zone AS wall) AS there
            CROSS JOIN LATERAL (
                SELECT date_trunc('day', there.wall) + make_interval(mins => coalesce(from_minute, 0)) AS at
            ) AS begins
        )) FILTER (WHERE NOT whole) AS hours_close_at
    FROM (
        SELECT record_id, scope, channels, days, from_minute, to_minute, lower(valid) AS at,
            days IS NULL AND from_minute IS NULL AS whole
        FROM registry_optout
        WHERE number = asked.number
            AND (channels >> asked.channel) & 1 = 1
            AND (scope = 0
                OR scope = 1 AND sector = asked.sector
                OR scope = 2 AND company_id IN (asked.company_id, asked.seller_id))
            AND valid @> asked.at AND recorded @> asked.known_at
    ) AS said
) AS refusal ON true

-- Where the moment lies in the calling hours: the segment that holds it. Times past its end are not covered: no state.
LEFT JOIN registry_schedule AS schedule
    ON schedule.windows_key = policy.windows_key AND schedule.calendar = place.calendar
    AND schedule.zone_key = place.zone_key
LEFT JOIN LATERAL (
    SELECT state, ends_at FROM registry_segment
    WHERE schedule_id = schedule.id AND starts_at <= asked.at
    ORDER BY starts_at DESC LIMIT 1
) AS clock ON clock.ends_at > asked.at

-- Attempts made: in each window the policy caps, the attempt that uses the cap up, if there is one.
LEFT JOIN LATERAL (
    SELECT
        count(spent.checked_at) > 0 AS exceeded,
        max(CASE cap.span
            WHEN 'day' THEN whole.day_after
            WHEN 'month' THEN whole.month_after
            ELSE spent.checked_at + cap.span::interval
        END) FILTER (WHERE spent.checked_at IS NOT NULL) AS free_at
    FROM unnest(policy.cap_most, policy.cap_span) AS cap (most, span)
    -- Local days and months; where a number spans zones, the one that counts the most attempts.
    CROSS JOIN LATERAL (
        SELECT
            min(date_trunc('day', asked.before AT TIME ZONE zone) AT TIME ZONE zone) AS day,
            min(date_trunc('month', asked.before AT TIME ZONE zone) AT TIME ZONE zone) AS month,
            max((date_trunc('day', asked.before AT TIME ZONE zone) + interval '1 day') AT TIME ZONE zone)
                AS day_after,
            max((date_trunc('month', asked.before AT TIME ZONE zone) + interval '1 month') AT TIME ZONE zone)
                AS month_after
        FROM unnest(string_to_array(place.zone_key, ',')) AS zone
    ) AS whole
    LEFT JOIN LATERAL (
        SELECT k.checked_at FROM registry_check k
        WHERE k.number = asked.number AND k.seller_id = asked.seller_id AND k.allowed AND k.kind = 0
            -- The two parameters bound all questions of the statement, so that only the months they touch are opened.
            AND k.checked_at >= %(earliest)s::timestamptz AND k.checked_at <= %(latest)s::timestamptz
            AND k.checked_at < asked.before
            AND k.checked_at >= CASE cap.span
                WHEN 'day' THEN whole.day
                WHEN 'month' THEN whole.month
                -- A rolling window is open at its start: an attempt is free again exactly one span after it.
                ELSE asked.before - cap.span::interval + interval '1 microsecond'
            END
        ORDER BY k.checked_at DESC OFFSET cap.most - 1 LIMIT 1
    ) AS spent ON true
) AS attempts ON true
