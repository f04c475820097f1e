-- What must never be, said a second time and apart from the rule, so that a mistake in the rule does not hide itself:
-- no allowed check of a number whose holder had refused the company (or its seller) on that channel at all hours, on
-- record and in effect for longer than %(grace)s, unless a confirmed consent to the seller was given later.
SELECT k.n, refusal.record_id AS opt_out
FROM audit_check AS k
-- OFFSET 0 keeps it one look a check: as a join it would read every opt-out there is.
CROSS JOIN LATERAL (SELECT * FROM registry_optout WHERE number = k.number OFFSET 0) AS refusal
WHERE k.allowed
    AND refusal.company_id IN (k.company_id, k.seller_id)
    AND refusal.scope = 2 AND refusal.days IS NULL AND refusal.from_minute IS NULL
    AND mod(refusal.channels / (2 ^ k.channel)::integer, 2) = 1
    AND lower(refusal.valid) < k.checked_at - %(grace)s AND coalesce(upper(refusal.valid) > k.checked_at, true)
    AND lower(refusal.recorded) < k.checked_at - %(grace)s AND coalesce(upper(refusal.recorded) > k.checked_at, true)
    AND NOT EXISTS (
        SELECT FROM registry_consent AS consent
        WHERE consent.number = k.number AND consent.company_id = k.seller_id AND consent.status = 1
            AND consent.given_at > lower(refusal.valid)
            AND lower(consent.valid) <= k.checked_at AND coalesce(upper(consent.valid) > k.checked_at, true)
            AND lower(consent.recorded) <= k.checked_at AND coalesce(upper(consent.recorded) > k.checked_at, true)
    )
