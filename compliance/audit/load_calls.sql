-- The calls of a company that started within a day. In the order of their numbers, so that the statements that follow
-- read neighbouring pages of the register.
INSERT INTO audit_call (n, id, company_id, number, caller, sector, channel, disposition, started_at, named)
SELECT
    row_number() OVER (ORDER BY number, started_at, id), id, company_id, number, caller, sector, channel, disposition,
    started_at, check_id
FROM compliance_call
WHERE company_id = %(company_id)s AND started_at >= %(since)s AND started_at < %(until)s
ORDER BY number, started_at, id
