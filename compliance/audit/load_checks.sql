-- The checks that a company asked within a day, in the order of their numbers.
INSERT INTO audit_check (
    n, id, checked_at, number, company_id, seller_id, caller, sector, channel, purpose, kind, allowed, decision_id,
    valid_until
)
SELECT
    row_number() OVER (ORDER BY number, checked_at, id), id, checked_at, number, company_id, seller_id, caller, sector,
    channel, purpose, kind, allowed, decision_id, valid_until
FROM registry_check
WHERE company_id = %(company_id)s AND checked_at >= %(since)s AND checked_at < %(until)s
ORDER BY number, checked_at, id
