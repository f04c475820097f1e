-- One round of the matching: the pairs of which neither side has a better one: of the same caller first, then of the same
-- outcome, then the nearest. The order is total, so that the rounds end with what taking the nearest pair of all, again and again, would come to.
WITH nearest AS (
    INSERT INTO recon_match
    SELECT carried, reported, carrier_id
    FROM (
        SELECT
            carried, reported, carrier_id,
            row_number() OVER (PARTITION BY carried ORDER BY other_caller, otherwise, apart, carried, reported) AS of_carried,
            row_number() OVER (PARTITION BY carrier_id, reported ORDER BY other_caller, otherwise, apart, carried, reported)
                AS of_reported
        FROM recon_open
    ) AS ranked
    WHERE of_carried = 1 AND of_reported = 1
    RETURNING carried, reported, carrier_id
)
-- As sets, not as a join: an OR in a join compares each pair with each.
DELETE FROM recon_open AS pair
WHERE pair.carried IN (SELECT carried FROM nearest)
    OR (pair.reported, pair.carrier_id) IN (SELECT reported, carrier_id FROM nearest)
