-- Opt-outs that stand already and were said again since: the one that stands ends when it was said again, and another
-- begins there. A consent given in between lifts only what was said before it.
-- said (number, scope, sector, company_id, channels, reporter, again_at) comes from the asker.
, closed AS (
    UPDATE registry_optout AS held
    SET recorded = tstzrange(
        lower(held.recorded), greatest(%(known_at)s, lower(held.recorded) + interval '1 microsecond')
    )
    FROM said
    WHERE held.number = said.number AND held.scope = said.scope
        AND held.sector IS NOT DISTINCT FROM said.sector AND held.company_id IS NOT DISTINCT FROM said.company_id
        AND held.channels = said.channels AND held.days IS NULL AND held.from_minute IS NULL
        AND upper_inf(held.recorded) AND upper_inf(held.valid) AND lower(held.valid) < said.again_at
    RETURNING held.*, said.reporter, said.again_at
)
INSERT INTO registry_optout (
    record_id, number, scope, sector, company_id, channels, said_at, source, reporter_id, valid, recorded
)
SELECT record_id, number, scope, sector, company_id, channels, said_at, source, reporter_id,
    tstzrange(lower(valid), again_at), tstzrange(upper(recorded), NULL)
FROM closed
UNION ALL
SELECT NULL, number, scope, sector, company_id, channels, again_at, %(source)s::smallint,
    -- What the refused company relayed itself it may take back; what others heard from the person, it may not.
    CASE WHEN reporter = company_id AND reporter_id IS DISTINCT FROM company_id THEN reporter_id ELSE reporter END,
    tstzrange(again_at, NULL), tstzrange(upper(recorded), NULL)
FROM closed
