-- Carried calls that are no calls of their own: a retry over another line, not answered, at about the time of one that is
-- matched; a transfer, begun while one that is matched lasted. Of the same carrier, caller and number.
INSERT INTO recon_leg
SELECT other.id
FROM recon_carried AS other
WHERE NOT EXISTS (SELECT FROM recon_match AS held WHERE held.carried = other.id)
    AND EXISTS (
        SELECT
        FROM recon_carried AS main
        JOIN recon_match AS held ON held.carried = main.id
        WHERE main.carrier_id = other.carrier_id AND main.caller = other.caller AND main.number = other.number
            AND (
                other.disposition <> 0 AND other.started_at >= main.started_at - %(tolerance)s
                    AND other.started_at <= main.started_at + %(tolerance)s
                OR main.disposition = 0 AND other.started_at >= main.started_at
                    AND other.started_at <= main.ended_at + %(gap)s
            )
    )
