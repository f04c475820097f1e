-- Supersede what the admitted rows renew: close what was given earlier, and put back its part before the newer one.
WITH closed AS (
    UPDATE registry_consent AS held
    SET recorded = tstzrange(
        lower(held.recorded), greatest(%(known_at)s, lower(held.recorded) + interval '1 microsecond')
    )
    FROM pg_temp.incoming_consent AS newer
    WHERE newer.outcome = 'admitted'
        AND held.number = newer.number AND held.company_id = %(company)s
        AND held.sectors = newer.sectors AND held.channels = newer.channels
        AND upper_inf(held.recorded) AND held.given_at < newer.given_at
        AND held.valid && tstzrange(newer.given_at, newer.ends_at)
    RETURNING held.*, newer.given_at AS renewed_at
)
INSERT INTO registry_consent (
    record_id, number, company_id, sectors, channels, status, given_at, expires_at, on_record_since, late,
    superseded, method, notice_id, evidence, source_url, reference, valid, recorded
)
SELECT
    record_id, number, company_id, sectors, channels, status, given_at, expires_at, on_record_since, late,
    true, method, notice_id, evidence, source_url, reference,
    tstzrange(lower(valid), renewed_at), tstzrange(upper(recorded), NULL)
FROM closed
-- A stretch that begins only after the newer consent gives way whole.
WHERE lower(valid) < renewed_at
