-- Carried calls that are a retry over another line: not answered, at about the time of one that is matched. Of the same
-- carrier, caller and number. A retry excuses no other one: who rings every other minute has called again.
INSERT INTO recon_leg
SELECT other.id
FROM recon_carried AS other
WHERE other.disposition <> 0
    AND NOT EXISTS (SELECT FROM recon_match AS held WHERE held.carried = other.id)
    AND NOT EXISTS (SELECT FROM recon_leg AS leg WHERE leg.carried = other.id)
    AND EXISTS (
        SELECT
        FROM recon_carried AS main
        JOIN recon_match AS held ON held.carried = main.id
        WHERE main.carrier_id = other.carrier_id AND main.caller = other.caller AND main.number = other.number
            AND other.started_at >= main.started_at - %(tolerance)s
            AND other.started_at <= main.started_at + %(tolerance)s
    )
