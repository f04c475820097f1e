-- Which questions are alike: of each kind one is asked, and its answer holds for all.
--
-- facts.sql sees of a question who asks and about what; where its number lives; of its two times only which of the
-- periods it compares them with hold then; and the rows under its number in five tables. Two questions that agree in
-- all of that have the same facts. Which record it was, and since when, is each number's own.
-- Alike are numbers under which there is at most one opt-out that weighs (of all hours), and one consent in all its
-- versions or one relationship, of a number that did not change hands; and fewer attempts than any cap there permits.
-- All others are asked themselves. The conditions below are those of facts.sql, or fewer of them, which finds more rows
-- and so fewer numbers alike; a test holds the two files together.
TRUNCATE many_known, many_answer, many_decided;
INSERT INTO many_known
WITH party AS MATERIALIZED (
    SELECT DISTINCT company_id, seller_id, caller FROM many_question
), period AS (
    SELECT valid, recorded FROM registry_policy
    UNION ALL SELECT valid, recorded FROM registry_licence
    WHERE company_id IN (SELECT company_id FROM party UNION SELECT seller_id FROM party)
    UNION ALL SELECT valid, recorded FROM registry_caller WHERE number IN (SELECT caller FROM party)
    UNION ALL SELECT valid, valid FROM registry_ruleset
), turning AS MATERIALIZED (
    -- The instants at which a period begins or ends, within the time asked about.
    SELECT coalesce(array_agg(DISTINCT turn ORDER BY turn), '{}') AS turns
    FROM period
    CROSS JOIN LATERAL unnest(ARRAY[lower(valid), upper(valid), lower(recorded), upper(recorded)]) AS turn
    WHERE turn > %(first)s::timestamptz AND turn <= %(last)s::timestamptz
), said AS MATERIALIZED (
    SELECT
        asked.n,
        count(*) = 1 AND bool_and(held.whole) AS plain,
        min(held.record_id) AS record_id,
        min(lower(held.valid)) AS since,
        min(CASE WHEN held.scope = 0 AND held.channels <> 15 THEN 4 ELSE held.scope + 1 END) AS shape
    FROM many_question AS asked
    JOIN many_opt_out AS held ON held.number = asked.number
    WHERE (held.channels >> asked.channel) & 1 = 1
        AND (held.scope = 0
            OR held.scope = 1 AND held.sector = asked.sector
            OR held.scope = 2 AND held.company_id IN (asked.company_id, asked.seller_id))
        AND held.valid @> asked.at AND held.recorded @> asked.known_at
    GROUP BY asked.n
), agreed AS MATERIALIZED (
    SELECT
        asked.n,
        min(held.record_id) = max(held.record_id) AND min(held.given_at) = max(held.given_at) AS plain,
        min(held.record_id) AS record_id,
        min(held.given_at) AS given_at,
        -- One bit for each state that a row may be in.
        bit_or(1::bigint << (
            held.status
            + 4 * ((held.channels >> asked.channel) & 1)
            + 8 * (held.valid @> asked.at)::int
            + 16 * (held.on_record_since <= asked.at)::int
            + 32 * (held.given_at <= lower(held.valid))::int
        )) AS shape
    FROM many_question AS asked
    JOIN many_consent AS held ON held.number = asked.number AND held.company_id = asked.seller_id
    WHERE (held.sectors >> asked.sector) & 1 = 1
        AND lower(held.valid) <= asked.at AND held.recorded @> asked.known_at
    GROUP BY asked.n
), related AS MATERIALIZED (
    SELECT asked.n, count(*) = 1 AS plain, min(held.record_id) AS record_id, min(held.kind) + 1 AS shape
    FROM many_question AS asked
    JOIN many_relationship AS held ON held.number = asked.number AND held.company_id = asked.seller_id
    WHERE held.valid @> asked.at AND held.on_record_since <= asked.at AND held.recorded @> asked.known_at
    GROUP BY asked.n
), attempts AS MATERIALIZED (
    SELECT asked.n
    FROM many_question AS asked
    JOIN many_attempt AS held ON held.number = asked.number AND held.seller_id = asked.seller_id
    JOIN many_number AS number ON number.number = asked.number
    JOIN many_place AS place ON place.stretch = number.stretch
    WHERE held.checked_at < asked.before AND held.checked_at >= asked.before - place.widest
    GROUP BY asked.n, place.fewest
    HAVING count(*) >= place.fewest
)
SELECT
    asked.n,
    coalesce(said.plain, true) AND coalesce(agreed.plain, true) AND coalesce(related.plain, true)
        AND (agreed.n IS NULL OR related.n IS NULL)
        AND attempts.n IS NULL
        -- Attempts before that were not looked for.
        AND asked.before >= %(earliest)s::timestamptz + coalesce(place.widest, interval '0')
        AND NOT (coalesce(agreed.n, related.n) IS NOT NULL
            AND asked.number IN (SELECT reassigned.number FROM many_reassigned AS reassigned)),
    asked.company_id, asked.seller_id, asked.caller, asked.sector, asked.channel, asked.purpose,
    coalesce(place.place, 0),
    width_bucket(asked.at, turning.turns),
    width_bucket(asked.known_at, turning.turns),
    coalesce(width_bucket(asked.at, place.turns), 0),
    coalesce(said.shape, 0) + CASE WHEN said.since >= agreed.given_at THEN 8 ELSE 0 END,
    coalesce(agreed.shape, 0),
    coalesce(related.shape, 0),
    said.record_id, said.since, agreed.record_id, related.record_id
FROM many_question AS asked
CROSS JOIN turning
JOIN many_number AS number ON number.number = asked.number
LEFT JOIN many_place AS place ON place.stretch = number.stretch
LEFT JOIN said ON said.n = asked.n
LEFT JOIN agreed ON agreed.n = asked.n
LEFT JOIN related ON related.n = asked.n
LEFT JOIN attempts ON attempts.n = asked.n;

INSERT INTO many_answer
SELECT
    known.n, coalesce(kinds.n, known.n), known.alike,
    known.opt_out_record, known.since, known.consent_record, known.relationship_record
FROM many_known AS known
LEFT JOIN (
    SELECT
        min(n) AS n, company_id, seller_id, caller, sector, channel, purpose, place, at_stretch, known_stretch,
        hours_stretch, said, agreed, related
    FROM many_known WHERE alike
    GROUP BY company_id, seller_id, caller, sector, channel, purpose, place, at_stretch, known_stretch, hours_stretch,
        said, agreed, related
) AS kinds
    ON known.alike
    AND kinds.company_id = known.company_id AND kinds.seller_id = known.seller_id AND kinds.caller = known.caller
    AND kinds.sector = known.sector AND kinds.channel = known.channel AND kinds.purpose = known.purpose
    AND kinds.place = known.place AND kinds.at_stretch = known.at_stretch
    AND kinds.known_stretch = known.known_stretch AND kinds.hours_stretch = known.hours_stretch
    AND kinds.said = known.said AND kinds.agreed = known.agreed AND kinds.related = known.related
