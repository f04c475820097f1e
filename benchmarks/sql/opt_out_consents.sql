-- Consents of companies in turn, one of each person from %(first)s on, as recorded: what an opt-out must stop at once.
INSERT INTO registry_consent (
    id, record_id, number, company_id, sectors, channels, status, given_at, expires_at, on_record_since, late,
    superseded, method, notice_id, evidence, source_url, reference, valid, recorded
)
SELECT
    record, record, pg_temp.number_of(%(first)s::bigint + place), %(first_company)s + company,
    1 << (company %% %(sectors)s), 15, 0, given_at, given_at + interval '2 years', given_at, false,
    false, 0, %(first_notice)s + company, '[]', '', 'pair-' || %(first)s::bigint + place,
    tstzrange(given_at, given_at + interval '2 years'), tstzrange(given_at, NULL)
FROM (
    SELECT
        place, (%(companies)s::int[])[1 + place %% cardinality(%(companies)s::int[])] AS company,
        nextval('registry_consent_id_seq') AS record,
        %(clock)s::timestamptz - interval '30 days' AS given_at
    FROM generate_series(0, %(count)s - 1) AS place
) AS drawn
