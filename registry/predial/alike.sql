-- The numbers of a list that are alike: of each such kind one is asked, and its answer holds for all.
--
-- facts.sql sees of a number only where it lies and the rows it finds under it in five tables. Numbers of one stretch
-- of the numbering plan, under which it finds no row but the same single opt-out, or none at all, therefore get the
-- same facts; only which opt-out it is differs. Conditions are those of facts.sql word for word, or fewer of them: a
-- test holds them together, so that no table is forgotten here.
known AS MATERIALIZED (
    SELECT
        asked.number,
        width_bucket(rpad(asked.number::text, 15, '0')::bigint, plan.edges) AS place,
        said.record_id AS opt_out_record,
        said.since,
        coalesce(said.shape, 0) AS shape,
        NOT (
            said.id IS NOT NULL AND EXISTS (
                SELECT FROM registry_optout
                WHERE number = asked.number
                    AND (channels >> asked.channel) & 1 = 1
                    AND (scope = 0
                        OR scope = 1 AND sector = asked.sector
                        OR scope = 2 AND company_id IN (asked.company_id, asked.seller_id))
                    AND valid @> asked.at AND recorded @> asked.known_at
                    AND id <> said.id
            )
            OR EXISTS (
                SELECT FROM registry_reassignment
                WHERE number = asked.number
            )
            OR EXISTS (
                SELECT FROM registry_consent
                WHERE number = asked.number AND company_id = asked.seller_id
            )
            OR EXISTS (
                SELECT FROM registry_relationship
                WHERE number = asked.number AND company_id = asked.seller_id
            )
            OR EXISTS (
                SELECT FROM registry_check k
                WHERE k.number = asked.number AND k.seller_id = asked.seller_id AND k.allowed AND k.kind = 0
                    AND k.checked_at >= %(earliest)s::timestamptz AND k.checked_at <= %(latest)s::timestamptz
            )
        ) AS alike
    FROM (
        SELECT number, %(company_id)s::bigint AS company_id, %(seller_id)s::bigint AS seller_id,
            %(sector)s::smallint AS sector, %(channel)s::smallint AS channel,
            %(at)s::timestamptz AS at, %(known_at)s::timestamptz AS known_at
        FROM scrub_number
    ) AS asked
    -- Where stretches of the numbering plan begin and end, so that a gap in it is a place of its own.
    CROSS JOIN (
        SELECT array_agg(edge ORDER BY edge) AS edges
        FROM (SELECT first AS edge FROM registry_numberrange UNION SELECT past FROM registry_numberrange) AS every
    ) AS plan
    -- One at most, and so one look a number: joined to the whole table, the planner would read it from end to end.
    LEFT JOIN LATERAL (
        SELECT id, record_id, lower(valid) AS since,
            -- What facts.sql reads of it, in one integer.
            1 | scope::bigint << 1 | channels::bigint << 3 | coalesce(days + 1, 0)::bigint << 11
                | coalesce(from_minute + 1, 0)::bigint << 22 | coalesce(to_minute + 1, 0)::bigint << 34 AS shape
        FROM registry_optout
        WHERE number = asked.number
            AND (channels >> asked.channel) & 1 = 1
            AND (scope = 0
                OR scope = 1 AND sector = asked.sector
                OR scope = 2 AND company_id IN (asked.company_id, asked.seller_id))
            AND valid @> asked.at AND recorded @> asked.known_at
        LIMIT 1
    ) AS said ON true
), kinds AS MATERIALIZED (
    SELECT place, shape, min(number) AS number FROM known WHERE alike GROUP BY place, shape
), asked AS MATERIALIZED (
    SELECT number AS n, %(company_id)s::bigint AS company_id, %(seller_id)s::bigint AS seller_id, number,
        %(caller)s::bigint AS caller, %(sector)s::smallint AS sector, %(channel)s::smallint AS channel,
        %(purpose)s::smallint AS purpose, %(campaign)s::text AS campaign, %(reference)s::text AS reference,
        %(at)s::timestamptz AS at, %(known_at)s::timestamptz AS known_at, %(at)s::timestamptz AS before
    FROM (SELECT number FROM known WHERE NOT alike UNION ALL SELECT number FROM kinds) AS one_by_one
)
