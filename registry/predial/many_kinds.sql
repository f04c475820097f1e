-- Which questions are alike: of each kind one is asked, and its answer holds for all.
--
-- facts.sql sees of a question who asks and about what; where its number lives; of its times only which of the periods
-- it compares them with hold then; and the rows under its number in five tables. Two questions that agree in all of that
-- have the same facts. Which record it was, and since when, is each number's own.
-- Those about subjects that are not plain are asked themselves, and those before which so many attempts were made that a
-- cap there may be used up.
TRUNCATE many_answer, many_decided;
INSERT INTO many_answer
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
), known AS MATERIALIZED (
    SELECT
        asked.n,
        held.plain
            -- Attempts before that were not looked for.
            AND asked.before >= %(earliest)s::timestamptz + coalesce(place.widest, interval '0')
            AND CASE WHEN held.attempts >= place.fewest THEN (
                SELECT count(*) FROM registry_check k
                WHERE k.number = asked.number AND k.seller_id = asked.seller_id AND k.allowed AND k.kind = 0
                    AND k.checked_at >= %(earliest)s::timestamptz AND k.checked_at < %(latest)s::timestamptz
                    AND k.checked_at < asked.before AND k.checked_at >= asked.before - place.widest
            ) < place.fewest ELSE true END AS alike,
        asked.company_id, asked.seller_id, asked.caller, asked.sector, asked.channel, asked.purpose,
        coalesce(place.place, 0) AS place,
        width_bucket(asked.at, turning.turns) AS at_stretch,
        width_bucket(asked.known_at, turning.turns) AS known_stretch,
        coalesce(width_bucket(asked.at, place.turns), 0) AS hours_stretch,
        held.said, held.agreed, held.related,
        held.opt_out_record, held.since, held.consent_record, held.relationship_record
    FROM many_question AS asked
    CROSS JOIN turning
    JOIN many_held AS held
        ON held.number = asked.number AND held.company_id = asked.company_id AND held.seller_id = asked.seller_id
        AND held.sector = asked.sector AND held.channel = asked.channel
    LEFT JOIN many_place AS place ON place.stretch = held.stretch
)
SELECT
    known.n, coalesce(kinds.n, known.n), known.alike,
    known.opt_out_record, known.since, known.consent_record, known.relationship_record
FROM known
LEFT JOIN (
    SELECT
        min(n) AS n, company_id, seller_id, caller, sector, channel, purpose, place, at_stretch, known_stretch,
        hours_stretch, said, agreed, related
    FROM known WHERE alike
    GROUP BY company_id, seller_id, caller, sector, channel, purpose, place, at_stretch, known_stretch, hours_stretch,
        said, agreed, related
) AS kinds
    ON known.alike
    AND kinds.company_id = known.company_id AND kinds.seller_id = known.seller_id AND kinds.caller = known.caller
    AND kinds.sector = known.sector AND kinds.channel = known.channel AND kinds.purpose = known.purpose
    AND kinds.place = known.place AND kinds.at_stretch = known.at_stretch
    AND kinds.known_stretch = known.known_stretch AND kinds.hours_stretch = known.hours_stretch
    AND kinds.said = known.said AND kinds.agreed = known.agreed AND kinds.related = known.related
