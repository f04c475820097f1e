-- The pairs of those numbers of which a carried call has none left, though there were some: of them, and of the calls that
-- are held by others of the same number and carrier. Few, where numbers are called again within minutes.
SELECT every.carrier_id, carried.number, every.carried, every.reported, every.other_caller, every.apart
FROM recon_pair AS every
JOIN recon_carried AS carried ON carried.id = every.carried
WHERE (every.carrier_id, carried.number) IN (
    SELECT lone.carrier_id, lone.number
    FROM recon_carried AS lone
    JOIN recon_pair AS had ON had.carried = lone.id
    WHERE NOT EXISTS (SELECT FROM recon_match AS held WHERE held.carried = lone.id)
)
ORDER BY every.carrier_id, carried.number, every.other_caller, every.otherwise, every.apart, every.carried, every.reported
