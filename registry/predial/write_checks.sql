-- Write every decided question as a check. What could not be decided is not written, and so cannot be an allow.
INSERT INTO registry_check (
    id, checked_at, number, company_id, seller_id, caller, decision_id, policy_id, sector, channel, purpose, kind,
    allowed, consent_record, relationship_record, opt_out_record, since, basis_ends_at, valid_until, free_at,
    campaign, reference
)
SELECT
    check_id, at, number, company_id, seller_id, caller, decision_id, policy_id, sector, channel, purpose, kind,
    allowed, consent_record, relationship_record, opt_out_record, since, basis_ends_at, valid_until, free_at,
    campaign, reference
FROM numbered
WHERE check_id IS NOT NULL
