-- Put the admitted rows on record.
WITH written AS (
    INSERT INTO registry_consent (
        number, company_id, sectors, channels, status, given_at, expires_at, on_record_since, late, superseded,
        method, notice_id, evidence, source_url, reference, valid, recorded
    )
    SELECT
        number, %(company)s, sectors, channels, 0, given_at, ends_at, known.since, late, false, method,
        CASE
            WHEN notice ~ '^not_[0-9]+$' THEN substr(notice, 5)::bigint
            ELSE (
                SELECT kept.id FROM registry_notice AS kept
                WHERE kept.company_id = %(company)s
                    AND kept.sha256 = encode(sha256(convert_to(notice, 'UTF8')), 'hex')
            )
        END,
        evidence, source_url, reference, tstzrange(given_at, ends_at), tstzrange(known.since, NULL)
    FROM pg_temp.incoming_consent AS incoming
    -- One recorded at the very instant it is superseded was closed a microsecond later, and this one follows it.
    CROSS JOIN LATERAL (
        SELECT greatest(%(known_at)s, max(upper(held.recorded))) AS since FROM registry_consent AS held
        WHERE held.number = incoming.number AND held.company_id = %(company)s
            AND held.sectors = incoming.sectors AND held.channels = incoming.channels
            AND upper(held.recorded) > %(known_at)s
    ) AS known
    WHERE outcome = 'admitted'
    ORDER BY number
)
UPDATE pg_temp.incoming_consent SET outcome = 'accepted' WHERE outcome = 'admitted'
