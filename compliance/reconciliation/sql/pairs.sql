-- Which reported call each carried one may be: of the same number at about the same time, reported by the company itself
-- from whatever caller, or by anybody from that very caller (a dialler for the company, or one that uses its number).
-- Of an answered call and the attempts before it, the report of an answer is that of the answered one.
-- OFFSET 0: a search by `call_number` for each carried call.
INSERT INTO recon_pair
SELECT
    carried.id, reported.id, carried.carrier_id, reported.caller IS DISTINCT FROM carried.caller,
    -- Answered on one side only; 5 is unknown.
    (reported.disposition = 0) <> (carried.disposition = 0) AND reported.disposition <> 5 AND carried.disposition <> 5,
    abs(extract(epoch FROM reported.started_at - carried.started_at)), reported.company_id, reported.started_at
FROM recon_carried AS carried
CROSS JOIN LATERAL (
    SELECT call.id, call.caller, call.company_id, call.started_at, call.disposition
    FROM compliance_call AS call
    WHERE call.number = carried.number AND call.started_at >= carried.started_at - %(tolerance)s
        AND call.started_at <= carried.started_at + %(tolerance)s
        AND call.received_at <= %(clock)s AND (call.company_id = %(company)s OR call.caller = carried.caller)
        AND call.started_at >= %(since)s - %(margin)s - %(tolerance)s
        AND call.started_at <= %(until)s + %(margin)s + %(tolerance)s
    OFFSET 0
) AS reported
