-- Complaints about calls that nobody reported (`complaint_matching.py`), with the carrier's record of the call where there
-- is one. Not those withdrawn, or joined to another about the same call.
INSERT INTO recon_found (kind, key, caller, number, at, evidence)
SELECT
    'complaint_unreported', 'complaint_unreported:' || complaint.id, complaint.caller, complaint.number,
    complaint.called_at,
    jsonb_build_object(
        'complaint', 'cmp_' || complaint.id, 'proven', complaint.proven, 'received_at', complaint.received_at,
        'matched_at', complaint.matched_at, 'check', 'chk_' || matched.check_id,
        'tolerance_s', extract(epoch FROM complaint.tolerance),
        'carrier_call', (
            SELECT carried.id
            FROM recon_carried AS carried
            WHERE carried.caller = complaint.caller AND carried.number = complaint.number
                AND carried.started_at >= complaint.called_at - complaint.tolerance - %(skew)s
                AND carried.started_at <= complaint.called_at + complaint.tolerance + %(skew)s
            ORDER BY abs(extract(epoch FROM carried.started_at - complaint.called_at)), carried.id
            LIMIT 1
        )
    )
FROM compliance_complaint AS complaint
JOIN compliance_complaintmatch AS matched
    ON matched.complaint_id = complaint.id AND matched.ground = 'call_unreported' AND matched.company_id = %(company)s
WHERE complaint.called_at >= %(since)s AND complaint.called_at < %(until)s AND complaint.received_at <= %(clock)s
    AND complaint.state NOT IN ('withdrawn', 'joined')
ON CONFLICT (key) DO NOTHING
