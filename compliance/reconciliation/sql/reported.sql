-- The calls in the company's log, on the day and %(margin)s around it.
INSERT INTO recon_reported
SELECT
    id, caller, number, started_at,
    coalesce(
        ended_at, coalesce(answered_at, started_at) + coalesce(duration_s, 0) * interval '1 second'
    ),
    disposition, sector, channel, check_id, received_at, started_at >= %(since)s AND started_at < %(until)s
FROM compliance_call
WHERE company_id = %(company)s AND started_at >= %(since)s - %(margin)s AND started_at < %(until)s + %(margin)s
    AND received_at <= %(clock)s
