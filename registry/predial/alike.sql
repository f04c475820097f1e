-- Which numbers of a list are alike: of each kind one is asked, and its answer holds for all (spread.sql).
--
-- facts.sql sees of a number only where it lies, and the rows it finds under it in five tables. Numbers of one stretch
-- of the numbering plan have the same facts if it finds nothing under them but one opt-out, or one consent in whatever
-- versions, or both, and these compare alike with each other and with the moment. Which record it was, and the times it
-- has, are each number's own. The conditions below are those of facts.sql word for word, or fewer of them, which finds
-- more rows and so fewer numbers alike. A test holds the two files together, so that no table, condition or column is
-- forgotten here.
question AS (
    SELECT %(company_id)s::bigint AS company_id, %(seller_id)s::bigint AS seller_id,
        %(sector)s::smallint AS sector, %(channel)s::smallint AS channel,
        %(at)s::timestamptz AS at, %(known_at)s::timestamptz AS known_at
), said AS MATERIALIZED (
    SELECT
        number,
        count(*) AS opt_outs,
        min(record_id) AS opt_out_record,
        min(one.at) AS since,
        -- What facts.sql reads of it, in one integer.
        min(
            1 | (scope::bigint << 1) | (channels::bigint << 3) | (coalesce(days + 1, 0)::bigint << 11)
            | (coalesce(from_minute + 1, 0)::bigint << 22) | (coalesce(to_minute + 1, 0)::bigint << 34)
        ) AS shape
    FROM question AS asked
    CROSS JOIN LATERAL (
        SELECT number, record_id, scope, channels, days, from_minute, to_minute, lower(valid) AS at
        FROM registry_optout
        -- One walk along the index with all numbers in their order: a look for each would cost five times as much.
        WHERE number = ANY (ARRAY(SELECT number FROM scrub_number))
            AND (channels >> asked.channel) & 1 = 1
            AND (scope = 0
                OR scope = 1 AND sector = asked.sector
                OR scope = 2 AND company_id IN (asked.company_id, asked.seller_id))
            AND valid @> asked.at AND recorded @> asked.known_at
    ) AS one
    GROUP BY number
), agreed AS MATERIALIZED (
    SELECT
        number,
        -- Versions of one consent, of which one may carry the call.
        min(record_id) = max(record_id) AND min(given_at) = max(given_at)
            AND count(*) FILTER (WHERE in_force AND on_channel) < 2 AS single,
        min(record_id) AS consent_record,
        min(given_at) AS given_at,
        max(ends_at) FILTER (WHERE in_force AND on_channel) AS ends_at,
        coalesce(min(given_at) <= max(since) FILTER (WHERE status = 3 AND on_channel), false) AS taken_back,
        -- What facts.sql reads of each version.
        array_agg(
            on_channel::int | (in_force::int << 1) | (later::int << 2) | (status::int << 3)
            ORDER BY on_channel, in_force, later, status
        ) AS shape
    FROM question AS asked
    CROSS JOIN LATERAL (
        SELECT number, record_id, given_at, lower(valid) AS since, upper(valid) AS ends_at, status,
            valid @> asked.at AS in_force, on_record_since > asked.at AS later,
            (channels >> asked.channel) & 1 = 1 AS on_channel
        FROM registry_consent
        WHERE number = ANY (ARRAY(SELECT number FROM scrub_number))
            AND company_id = asked.seller_id
            AND (sectors >> asked.sector) & 1 = 1
            AND lower(valid) <= asked.at AND recorded @> asked.known_at
    ) AS one
    GROUP BY number
), known AS MATERIALIZED (
    SELECT
        asked.number,
        width_bucket(rpad(asked.number::text, 15, '0')::bigint, plan.edges) AS place,
        coalesce(said.shape, 0) AS said,
        agreed.shape AS agreed,
        coalesce(agreed.taken_back, false) AS taken_back,
        coalesce(said.since >= agreed.given_at, false) AS said_since,
        said.opt_out_record,
        said.since,
        agreed.consent_record,
        agreed.ends_at,
        NOT (
            said.opt_outs IS NOT NULL AND said.opt_outs > 1
            OR agreed.single IS NOT NULL AND NOT agreed.single
            OR EXISTS (SELECT FROM registry_reassignment WHERE number = asked.number)
            OR EXISTS (SELECT FROM registry_relationship WHERE number = asked.number AND company_id = asked.seller_id)
            OR EXISTS (
                SELECT FROM registry_check k
                WHERE k.number = asked.number AND k.seller_id = asked.seller_id AND k.allowed AND k.kind = 0
                    AND k.checked_at >= %(earliest)s::timestamptz AND k.checked_at <= %(latest)s::timestamptz
            )
        ) AS alike
    FROM (SELECT number, %(seller_id)s::bigint AS seller_id FROM scrub_number) AS asked
    -- Where the stretches of the numbering plan begin and end: a gap between two is a place of its own.
    CROSS JOIN (
        SELECT array_agg(edge ORDER BY edge) AS edges
        FROM (SELECT first AS edge FROM registry_numberrange UNION SELECT past FROM registry_numberrange) AS every
    ) AS plan
    LEFT JOIN said ON said.number = asked.number
    LEFT JOIN agreed ON agreed.number = asked.number
), kinds AS MATERIALIZED (
    SELECT place, said, coalesce(agreed, '{}') AS agreed, taken_back, said_since, min(number) AS number
    FROM known WHERE alike
    GROUP BY place, said, coalesce(agreed, '{}'), taken_back, said_since
), asked AS MATERIALIZED (
    SELECT number AS n, %(company_id)s::bigint AS company_id, %(seller_id)s::bigint AS seller_id, number,
        %(caller)s::bigint AS caller, %(sector)s::smallint AS sector, %(channel)s::smallint AS channel,
        %(purpose)s::smallint AS purpose, %(campaign)s::text AS campaign, %(reference)s::text AS reference,
        %(at)s::timestamptz AS at, %(known_at)s::timestamptz AS known_at, %(at)s::timestamptz AS before
    FROM (SELECT number FROM known WHERE NOT alike UNION ALL SELECT number FROM kinds) AS one_by_one
)
