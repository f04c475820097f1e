-- Choose the rows of the next round: those without an undecided row of the same scope or reference before them.
UPDATE pg_temp.incoming_consent AS target
SET outcome = 'ready'
FROM (
    SELECT
        place,
        min(place) OVER (PARTITION BY number, sectors, channels) AS first_of_scope,
        min(place) OVER (PARTITION BY reference) AS first_of_reference
    FROM pg_temp.incoming_consent
    WHERE outcome IS NULL
) AS waiting
WHERE target.place = waiting.place
    AND waiting.place = waiting.first_of_scope AND waiting.place = waiting.first_of_reference
