-- Put the staged reassignments on record: a change of one number at one instant counts once, whoever reports it.
INSERT INTO registry_reassignment (number, source, valid, recorded)
SELECT DISTINCT number, %(reported_by)s, tstzrange(changed_at, NULL), tstzrange(%(known_at)s, NULL)
FROM pg_temp.incoming_reassignment
ORDER BY number
-- Only reassignment_once can stand in the way: the same change is on record.
ON CONFLICT DO NOTHING
