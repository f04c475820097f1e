-- Carried calls that are a transfer of one that is matched, or of such a transfer: one of the two began while the other
-- lasted. Of the same carrier, caller and number; nobody is called twice at a time.
INSERT INTO recon_leg
SELECT other.id
FROM recon_carried AS other
WHERE NOT EXISTS (SELECT FROM recon_match AS held WHERE held.carried = other.id)
    AND NOT EXISTS (SELECT FROM recon_leg AS leg WHERE leg.carried = other.id)
    AND EXISTS (
        SELECT
        FROM recon_carried AS main
        WHERE main.carrier_id = other.carrier_id AND main.caller = other.caller AND main.number = other.number
            AND (
                EXISTS (SELECT FROM recon_match AS held WHERE held.carried = main.id)
                OR EXISTS (SELECT FROM recon_leg AS leg WHERE leg.carried = main.id)
            )
            AND (
                main.disposition = 0 AND other.started_at BETWEEN main.started_at AND main.ended_at + %(gap)s
                OR other.disposition = 0 AND main.started_at BETWEEN other.started_at AND other.ended_at + %(gap)s
            )
    )
