-- Calls that the company reports from a caller which was registered to another company. Not those it made for that
-- company: the check that the call names, or one of the same number and caller before it, was asked for it as the seller.
-- Whose the caller was is judged by what is known now; what was known at the call stands beside it.
INSERT INTO recon_found (kind, key, caller, number, at, evidence)
SELECT
    'under_anothers_caller', 'under_anothers_caller:' || reported.id, reported.caller, reported.number,
    reported.started_at,
    jsonb_build_object(
        'call', reported.id, 'owner', 'com_' || owner.company_id, 'registration', owner.id,
        'received_at', reported.received_at,
        'known_at_call', EXISTS (
            SELECT
            FROM registry_caller AS then_known
            WHERE then_known.number = reported.caller AND then_known.company_id = owner.company_id
                AND then_known.valid @> reported.started_at AND then_known.recorded @> reported.started_at
        )
    )
FROM recon_reported AS reported
JOIN registry_caller AS owner
    ON owner.number = reported.caller AND owner.company_id <> %(company)s
    AND (owner.valid @> reported.started_at AND owner.recorded @> %(clock)s) IS TRUE
WHERE reported.inside AND (
    SELECT true
    FROM registry_check AS asked
    WHERE asked.number = reported.number AND asked.company_id = %(company)s AND asked.seller_id = owner.company_id
        AND asked.caller = reported.caller AND asked.checked_at >= reported.started_at - %(lookback)s
        AND asked.checked_at <= reported.started_at + %(skew)s
        AND asked.checked_at >= %(since)s - %(lookback)s AND asked.checked_at <= %(until)s + %(skew)s
    LIMIT 1
) IS NULL
