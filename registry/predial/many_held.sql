-- What facts.sql would read under the number of each subject: one look into each index, in the order of the index. Each
-- is an aggregate of its own, or has a limit: as joins, the planner might read whole tables, whose size has nothing to
-- do with the questions.
--
-- A subject is plain if there is at most one opt-out that weighs (of all hours), and one consent in all its versions or
-- one relationship, of a number that did not change hands; and if each of these rows holds, or does not, for all of the
-- time asked about, from %(first)s to %(last)s. The conditions are those of facts.sql, or fewer of them, which finds
-- more rows and so fewer subjects plain; a test holds the two files together.
TRUNCATE many_held;
INSERT INTO many_held
SELECT
    asked.number, asked.company_id, asked.seller_id, asked.sector, asked.channel, asked.stretch,
    said.plain AND agreed.plain AND related.plain
        AND (agreed.record_id IS NULL OR related.record_id IS NULL)
        AND CASE
            WHEN agreed.record_id IS NULL AND related.record_id IS NULL THEN true
            ELSE (SELECT true FROM registry_reassignment WHERE number = asked.number LIMIT 1) IS NULL
        END,
    attempts.made,
    coalesce(said.shape, 0) + CASE WHEN said.since >= agreed.given_at THEN 8 ELSE 0 END,
    coalesce(agreed.shape, 0),
    coalesce(related.shape, 0),
    said.record_id, said.since, agreed.record_id, related.record_id
FROM many_subject AS asked

CROSS JOIN LATERAL (
    SELECT
        count(*) <= 1 AND coalesce(bool_and(
            days IS NULL AND from_minute IS NULL
            AND valid @> %(first)s::timestamptz AND valid @> %(last)s::timestamptz
            AND recorded @> %(first)s::timestamptz AND recorded @> %(last)s::timestamptz
        ), true) AS plain,
        min(record_id) AS record_id,
        min(lower(valid)) AS since,
        min(CASE WHEN scope = 0 AND channels <> 15 THEN 4 ELSE scope + 1 END) AS shape
    FROM registry_optout
    WHERE number = asked.number
        AND (channels >> asked.channel) & 1 = 1
        AND (scope = 0
            OR scope = 1 AND sector = asked.sector
            OR scope = 2 AND company_id IN (asked.company_id, asked.seller_id))
        AND valid && tstzrange(%(first)s, %(last)s, '[]') AND recorded && tstzrange(%(first)s, %(last)s, '[]')
) AS said

CROSS JOIN LATERAL (
    SELECT
        coalesce(min(record_id) = max(record_id) AND min(given_at) = max(given_at) AND bool_and(
            lower(valid) <= %(first)s::timestamptz
            AND (valid @> %(first)s::timestamptz) = (valid @> %(last)s::timestamptz)
            AND recorded @> %(first)s::timestamptz AND recorded @> %(last)s::timestamptz
            AND (on_record_since <= %(first)s) = (on_record_since <= %(last)s)
        ), true) AS plain,
        min(record_id) AS record_id,
        min(given_at) AS given_at,
        -- One bit for each state that a row may be in.
        bit_or(1::bigint << (
            status
            + 4 * ((channels >> asked.channel) & 1)
            + 8 * (valid @> %(first)s::timestamptz)::int
            + 16 * (on_record_since <= %(first)s)::int
            + 32 * (given_at <= lower(valid))::int
        )) AS shape
    FROM registry_consent
    WHERE number = asked.number AND company_id = asked.seller_id
        AND (sectors >> asked.sector) & 1 = 1
        AND lower(valid) <= %(last)s AND recorded && tstzrange(%(first)s, %(last)s, '[]')
) AS agreed

CROSS JOIN LATERAL (
    SELECT
        count(*) <= 1 AND coalesce(bool_and(
            valid @> %(first)s::timestamptz AND valid @> %(last)s::timestamptz
            AND recorded @> %(first)s::timestamptz AND recorded @> %(last)s::timestamptz
            AND on_record_since <= %(first)s
        ), true) AS plain,
        min(record_id) AS record_id,
        min(kind) + 1 AS shape
    FROM registry_relationship
    WHERE number = asked.number AND company_id = asked.seller_id
        AND valid && tstzrange(%(first)s, %(last)s, '[]') AND recorded && tstzrange(%(first)s, %(last)s, '[]')
        AND on_record_since <= %(last)s
) AS related

CROSS JOIN LATERAL (
    SELECT count(*) AS made
    FROM registry_check k
    WHERE k.number = asked.number AND k.seller_id = asked.seller_id AND k.allowed AND k.kind = 0
        AND k.checked_at >= %(earliest)s::timestamptz AND k.checked_at < %(latest)s::timestamptz
) AS attempts
