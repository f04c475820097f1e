-- What the questions are about, in the order of the numbers, as the indexes have them.
TRUNCATE many_subject;
INSERT INTO many_subject
SELECT asked.number, asked.company_id, asked.seller_id, asked.sector, asked.channel, plan.firsts[place.bucket]
FROM (SELECT DISTINCT number, company_id, seller_id, sector, channel FROM many_question) AS asked
CROSS JOIN (
    SELECT array_agg(first ORDER BY first) AS firsts, array_agg(past ORDER BY first) AS pasts FROM registry_numberrange
) AS plan
CROSS JOIN LATERAL (SELECT rpad(asked.number::text, 15, '0')::bigint AS padded) AS digits
LEFT JOIN LATERAL (SELECT width_bucket(padded, plan.firsts) AS bucket) AS place ON plan.pasts[bucket] > padded
ORDER BY asked.number;
ANALYZE many_subject (number)
