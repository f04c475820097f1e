-- What facts.sql would read under the numbers asked about: one look into each index a number, in the order of the index.
-- OFFSET 0 keeps it that: as a join, the planner might read whole tables, whose size has nothing to do with the questions.
-- ANY keeps it to the btree: an equals sign fits the exclusion constraint's index as well, which takes four times as long.
TRUNCATE many_opt_out, many_consent, many_relationship, many_reassigned, many_attempt;
INSERT INTO many_opt_out
SELECT asked.number, record_id, scope, sector, company_id, channels, whole, valid, recorded
FROM many_number AS asked
CROSS JOIN LATERAL (
    SELECT record_id, scope, sector, company_id, channels, days IS NULL AND from_minute IS NULL AS whole, valid, recorded
    FROM registry_optout WHERE number = asked.number OFFSET 0
) AS held;

INSERT INTO many_consent
SELECT asked.number, asked.seller_id, record_id, sectors, channels, status, given_at, on_record_since, valid, recorded
FROM many_pair AS asked
CROSS JOIN LATERAL (
    SELECT record_id, sectors, channels, status, given_at, on_record_since, valid, recorded
    FROM registry_consent
    WHERE number = ANY (ARRAY[asked.number]) AND company_id = ANY (ARRAY[asked.seller_id])
    OFFSET 0
) AS held;

INSERT INTO many_relationship
SELECT asked.number, asked.seller_id, record_id, kind, on_record_since, valid, recorded
FROM many_pair AS asked
CROSS JOIN LATERAL (
    SELECT record_id, kind, on_record_since, valid, recorded
    FROM registry_relationship
    WHERE number = ANY (ARRAY[asked.number]) AND company_id = ANY (ARRAY[asked.seller_id])
    OFFSET 0
) AS held;

-- A change of hands is nothing to a number under which nothing is held.
INSERT INTO many_reassigned
SELECT asked.number
FROM (SELECT number FROM many_consent UNION SELECT number FROM many_relationship) AS asked
WHERE EXISTS (SELECT FROM registry_reassignment WHERE number = asked.number OFFSET 0);

INSERT INTO many_attempt
SELECT asked.number, held.seller_id, held.checked_at
FROM many_number AS asked
CROSS JOIN LATERAL (
    SELECT k.seller_id, k.checked_at FROM registry_check k
    WHERE k.number = asked.number AND k.allowed AND k.kind = 0
        AND k.checked_at >= %(earliest)s::timestamptz AND k.checked_at < %(latest)s::timestamptz
    OFFSET 0
) AS held;
ANALYZE many_opt_out, many_consent, many_attempt
