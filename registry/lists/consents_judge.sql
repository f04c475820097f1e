-- Judge the rows of the round against what is on record, in the order in which `consents.record` looks at it.
UPDATE pg_temp.incoming_consent AS target
SET outcome = judged.outcome, ends_at = judged.ends_at, late = judged.late, announced = judged.announced,
    zone = judged.zone
FROM (
    SELECT
        incoming.place,
        ends.at AS ends_at,
        coalesce(policy.terms ->> 'consent_announced', 'no') AS announced,
        split_part(home.zone_key, ',', 1) AS zone,
        incoming.given_at + (policy.terms ->> 'consent_grace')::interval < %(known_at)s AS late,
        CASE
            WHEN EXISTS (
                SELECT FROM registry_consent AS held
                WHERE held.company_id = %(company)s AND held.reference = incoming.reference
                    AND upper_inf(held.recorded)
            ) THEN 'duplicate'
            WHEN policy.id IS NULL THEN 'policy_gap'
            WHEN incoming.notice ~ '^not_[0-9]+$' AND NOT EXISTS (
                SELECT FROM registry_notice AS known
                WHERE known.company_id = %(company)s AND 'not_' || known.id = incoming.notice
            ) THEN 'notice_unknown'
            WHEN EXISTS (
                -- One given earlier will be superseded; one given later, or at the same instant, stands. So does the
                -- person's "no" since then, to whichever consent: nothing a company records can take it back.
                SELECT FROM registry_consent AS held
                WHERE held.number = incoming.number AND held.company_id = %(company)s
                    AND upper_inf(held.recorded)
                    AND CASE
                        WHEN held.sectors = incoming.sectors AND held.channels = incoming.channels
                            THEN held.given_at >= incoming.given_at
                                OR held.status IN (2, 3) AND lower(held.valid) >= incoming.given_at
                        -- A consent of another scope is no way around a dispute.
                        WHEN held.sectors & incoming.sectors <> 0 AND held.channels & incoming.channels <> 0
                            THEN held.status = 2 AND lower(held.valid) >= incoming.given_at
                    END
                    AND held.valid && tstzrange(incoming.given_at, ends.at)
            ) THEN 'consent_overlaps'
            ELSE 'admitted'
        END AS outcome
    FROM pg_temp.incoming_consent AS incoming
    LEFT JOIN LATERAL (
        SELECT jurisdiction, zone_key, past FROM registry_numberrange
        WHERE first <= rpad(incoming.number::text, 15, '0')::bigint
        ORDER BY first DESC LIMIT 1
    ) AS home ON home.past > rpad(incoming.number::text, 15, '0')::bigint
    LEFT JOIN registry_policy AS policy
        ON policy.jurisdiction = home.jurisdiction AND policy.sector = incoming.strictest_sector
        AND policy.valid @> %(at)s AND policy.recorded @> %(known_at)s
    CROSS JOIN LATERAL (
        SELECT coalesce(
            incoming.expires_at,
            CASE WHEN policy.terms ->> 'consent_lasts' <> 'unlimited'
                THEN incoming.given_at + (policy.terms ->> 'consent_lasts')::interval
            END
        ) AS at
    ) AS ends
    WHERE incoming.outcome = 'ready'
) AS judged
WHERE target.place = judged.place
