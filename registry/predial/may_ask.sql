-- Whether the key that asks is in force in the very snapshot that decides and writes: a key that was revoked a moment
-- before writes nothing and learns nothing, whatever the memory of the web process says. Without a key, the program
-- asks for itself. A revocation on record counts whatever its date: the clocks of two machines never agree wholly.
SELECT %(key_id)s::bigint IS NULL OR EXISTS (
    SELECT FROM registry_apikey
    WHERE id = %(key_id)s::bigint AND company_id = ALL (%(company_id)s::bigint[])
        AND livemode AND 'check' = ANY (scopes)
        AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(latest)s::timestamptz)
) AS granted
