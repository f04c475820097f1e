-- A carrier's word that its records hold every call of these callers in a time: those in its rows, and those it names.
INSERT INTO compliance_carriercoverage (carrier_record_id, company_id, caller, valid, recorded_at)
SELECT %(carrier_record)s, %(company)s, caller, tstzrange(%(complete_from)s, %(complete_until)s), %(recorded_at)s
FROM (
    SELECT caller FROM staged_call WHERE caller IS NOT NULL
    UNION
    SELECT unnest(%(callers)s::bigint[])
) AS covered
ORDER BY caller
