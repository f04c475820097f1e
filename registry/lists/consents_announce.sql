-- Put down whom to tell of the rows just put on record, each at the instant given for where the number lives.
INSERT INTO registry_announcement (consent, number, company_id, tell_at, outcome)
SELECT recorded.id, incoming.number, %(company)s, told.at, ''
FROM pg_temp.incoming_consent AS incoming
JOIN unnest(%(zones)s::text[], %(instants)s::timestamptz[]) AS told (zone, at) USING (zone)
CROSS JOIN LATERAL (
    -- The row may have been superseded by a later one of the chunk: then the number of its first version.
    SELECT max(held.record_id) AS id FROM registry_consent AS held
    WHERE held.company_id = %(company)s AND held.reference = incoming.reference AND held.number = incoming.number
) AS recorded
WHERE incoming.outcome = 'accepted'
    AND CASE incoming.announced
        WHEN 'each' THEN true
        WHEN 'first_of_company' THEN NOT EXISTS (
            SELECT FROM registry_consent AS held
            WHERE held.number = incoming.number AND held.company_id = %(company)s
                AND held.record_id < recorded.id
        )
        ELSE false
    END
