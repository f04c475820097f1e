-- Put the staged opt-outs on record: the same one named twice counts once, from when it was first said (that it was
-- said again later is `opt_outs_again.sql`).
INSERT INTO registry_optout (
    number, scope, sector, company_id, channels, said_at, source, reporter_id, valid, recorded
)
SELECT
    number, scope, sector, CASE WHEN scope = 2 THEN %(company)s::bigint END, channels, min(said_at),
    %(source)s, %(reporter)s::bigint, tstzrange(min(said_at), NULL), tstzrange(%(known_at)s, NULL)
FROM pg_temp.incoming_opt_out
GROUP BY number, scope, sector, channels
-- In the order of the index, so that its pages are touched once.
ORDER BY number
-- Only opt_out_one_at_a_time can stand in the way: the same opt-out stands already.
ON CONFLICT DO NOTHING
