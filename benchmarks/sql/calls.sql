-- The calls: one for each check that allowed, up to half an hour later, with what is planted among them:
-- one denial in eight is called all the same; one call in 200 begins after the check's end; one in 100 comes from another
-- number than was checked; one check in 400 is used for five calls; and for one check in 40 there is one more call that
-- nobody asked about.
INSERT INTO compliance_call (
    started_at, answered_at, ended_at, received_at, company_id, number, caller, check_id, call_log_id, duration_s,
    disposition, channel, sector, opt_out_requested, call_id, natural_key
)
SELECT
    started_at, started_at + interval '8 seconds', started_at + (8 + seconds) * interval '1 second', %(until)s,
    company_id, number, caller, check_id, %(call_log)s, seconds, 0, channel, sector, false, key, key
FROM (
    SELECT
        CASE WHEN allowed AND id %% 200 = 1
            THEN valid_until + (60 + pg_temp.chance(id, 40, 600)) * interval '1 second'
            ELSE checked_at + (1 + pg_temp.chance(id, 41, 1800)) * interval '1 second' + time * interval '5 minutes'
        END AS started_at,
        pg_temp.chance(id, 42, 240) AS seconds,
        company_id, number, CASE WHEN id %% 100 = 2 THEN caller + 1 ELSE caller END AS caller, channel, sector,
        -- One dialer in five does not pass the check's id on.
        CASE WHEN pg_temp.chance(id, 43, 5) > 0 THEN id END AS check_id,
        'call-' || id || '-' || time AS key
    FROM registry_check
    JOIN generate_series(0, 4) AS time ON time = 0 OR allowed AND id %% 400 = 3
    WHERE checked_at >= %(since)s AND checked_at < %(until)s AND kind = 0 AND (allowed OR id %% 8 = 0)
    UNION ALL
    SELECT
        checked_at + (1 + pg_temp.chance(id, 44, 1800)) * interval '1 second', pg_temp.chance(id, 45, 240),
        company_id, pg_temp.number_of(pg_temp.chance(id, 46, %(people)s::bigint)), caller, channel, sector,
        NULL, 'cold-' || id
    FROM registry_check
    WHERE checked_at >= %(since)s AND checked_at < %(until)s AND kind = 0 AND id %% 40 = 0
) AS made
WHERE started_at < %(until)s
