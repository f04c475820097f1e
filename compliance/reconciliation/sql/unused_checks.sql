-- The company's allowed checks at the dial that can be used no more, by the place of the number: how many, how many no
-- call of the company followed while they held, and a hundred of those.
-- OFFSET 0: a search by `call_number` for each check, and one look into the numbering plan.
SELECT
    jurisdiction, count(*), count(*) FILTER (WHERE NOT followed), count(DISTINCT number) FILTER (WHERE NOT followed),
    (array_agg(id ORDER BY checked_at, id) FILTER (WHERE NOT followed))[:100]
FROM (
    SELECT
        asked.id, asked.number, asked.checked_at, place.jurisdiction,
        EXISTS (
            SELECT
            FROM compliance_call AS call
            WHERE call.number = asked.number AND call.company_id = %(company)s
                AND call.started_at >= asked.checked_at - %(skew)s AND call.started_at <= asked.valid_until + %(skew)s
                AND call.started_at >= %(since)s - %(skew)s AND call.received_at <= %(clock)s
            OFFSET 0
        ) AS followed
    FROM registry_check AS asked
    LEFT JOIN LATERAL (
        SELECT jurisdiction, past
        FROM registry_numberrange
        WHERE first <= rpad(asked.number::text, 15, '0')::bigint
        ORDER BY first DESC LIMIT 1
    ) AS place ON true
    WHERE asked.company_id = %(company)s AND asked.checked_at >= %(since)s AND asked.checked_at < %(until)s
        AND asked.allowed AND asked.kind = 0 AND asked.valid_until < %(clock)s
) AS judged
GROUP BY jurisdiction
ORDER BY jurisdiction
