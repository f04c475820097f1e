-- The numbers asked about, and the numbers with the seller each is asked for: in order, as the indexes have them.
TRUNCATE many_number, many_pair;
INSERT INTO many_number
SELECT asked.number, plan.firsts[place.bucket]
FROM (SELECT DISTINCT number FROM many_question) AS asked
CROSS JOIN (
    SELECT array_agg(first ORDER BY first) AS firsts, array_agg(past ORDER BY first) AS pasts FROM registry_numberrange
) AS plan
CROSS JOIN LATERAL (SELECT rpad(asked.number::text, 15, '0')::bigint AS padded) AS digits
LEFT JOIN LATERAL (SELECT width_bucket(padded, plan.firsts) AS bucket) AS place ON plan.pasts[bucket] > padded
ORDER BY asked.number;
ANALYZE many_number (number);

INSERT INTO many_pair SELECT DISTINCT number, seller_id FROM many_question ORDER BY number, seller_id;
ANALYZE many_pair (number)
