-- Keep the notices of the admitted rows, each text once a company.
INSERT INTO registry_notice (company_id, sha256, text, created_at)
SELECT DISTINCT %(company)s::bigint, encode(sha256(convert_to(notice, 'UTF8')), 'hex'), notice, %(known_at)s
FROM pg_temp.incoming_consent
WHERE outcome = 'admitted' AND notice !~ '^not_[0-9]+$'
ON CONFLICT DO NOTHING
