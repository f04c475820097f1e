-- Calls that a carrier carried from the company's callers, and that no log has. What could not be put through (3) is no
-- call, and one that two carriers recorded is one call: the first record stands for it.
INSERT INTO recon_found (kind, key, caller, number, at, evidence)
WITH lone AS MATERIALIZED (
    SELECT *
    FROM recon_carried AS carried
    WHERE carried.disposition <> 3
        AND NOT EXISTS (SELECT FROM recon_match AS held WHERE held.carried = carried.id)
        AND NOT EXISTS (SELECT FROM recon_leg AS leg WHERE leg.carried = carried.id)
)
SELECT
    'not_reported', 'not_reported:' || lone.id, lone.caller, lone.number, lone.started_at,
    jsonb_build_object(
        'carrier_call', lone.id, 'carrier', 'com_' || lone.carrier_id, 'answered', lone.disposition = 0,
        'seconds', round(extract(epoch FROM lone.ended_at - lone.started_at)), 'received_at', lone.received_at,
        'tolerance_s', extract(epoch FROM %(tolerance)s), 'log_of_day', %(reported)s
    )
FROM lone
WHERE lone.inside AND NOT EXISTS (
    SELECT
    FROM lone AS first
    WHERE first.caller = lone.caller AND first.number = lone.number AND first.carrier_id <> lone.carrier_id
        AND first.id < lone.id AND first.started_at >= lone.started_at - %(tolerance)s
        AND first.started_at <= lone.started_at + %(tolerance)s
)
