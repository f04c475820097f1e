-- Which numbers of a list are alike: of each kind one is asked, and its answer holds for all (spread.sql).
--
-- facts.sql sees of a number only where it lies, and the rows it finds under it in five tables. Numbers of one stretch
-- of the numbering plan under which it finds no row but one opt-out, of the same content, or none at all, therefore
-- have the same facts; only which opt-out it was, and since when, is each number's own. The conditions below are those
-- of facts.sql word for word, or fewer of them, which finds more rows and so fewer numbers alike. A test holds the two
-- files together, so that no table, condition or column is forgotten here.
said AS MATERIALIZED (
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
    FROM (
        SELECT %(company_id)s::bigint AS company_id, %(seller_id)s::bigint AS seller_id,
            %(sector)s::smallint AS sector, %(channel)s::smallint AS channel,
            %(at)s::timestamptz AS at, %(known_at)s::timestamptz AS known_at
    ) AS asked
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
), known AS MATERIALIZED (
    SELECT
        asked.number,
        width_bucket(rpad(asked.number::text, 15, '0')::bigint, plan.edges) AS place,
        coalesce(said.shape, 0) AS shape,
        said.opt_out_record,
        said.since,
        NOT (
            coalesce(said.opt_outs, 0) > 1
            OR EXISTS (SELECT FROM registry_reassignment WHERE number = asked.number)
            OR EXISTS (SELECT FROM registry_consent WHERE number = asked.number AND company_id = asked.seller_id)
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
), kinds AS MATERIALIZED (
    SELECT place, shape, min(number) AS number FROM known WHERE alike GROUP BY place, shape
), asked AS MATERIALIZED (
    SELECT number AS n, %(company_id)s::bigint AS company_id, %(seller_id)s::bigint AS seller_id, number,
        %(caller)s::bigint AS caller, %(sector)s::smallint AS sector, %(channel)s::smallint AS channel,
        %(purpose)s::smallint AS purpose, %(campaign)s::text AS campaign, %(reference)s::text AS reference,
        %(at)s::timestamptz AS at, %(known_at)s::timestamptz AS known_at, %(at)s::timestamptz AS before
    FROM (SELECT number FROM known WHERE NOT alike UNION ALL SELECT number FROM kinds) AS one_by_one
)
