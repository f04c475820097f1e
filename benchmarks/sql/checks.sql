-- Checks of the last two months, half of them about people whom the company holds a consent of: places first to last.
INSERT INTO registry_check (
    id, checked_at, number, company_id, seller_id, caller, decision_id, policy_id, sector, channel, purpose, kind,
    allowed, consent_record, valid_until
)
SELECT
    place + 1, at, pg_temp.number_of(person), %(first_company)s::bigint + company, %(first_company)s::bigint + company,
    %(first_caller)s::bigint + company * 10,
    CASE WHEN allowed THEN %(allowing)s ELSE %(denying)s END,
    (%(policies)s::bigint[])[1 + company %% 10],
    company %% 10, 0, 0, pg_temp.chance(place, 25, 5) / 3, allowed,
    CASE WHEN allowed THEN 3 * consent + 1 END,
    CASE WHEN allowed THEN at + interval '1 day' END
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS place
CROSS JOIN LATERAL (SELECT
    pg_temp.chance(place, 26, 2) = 0 AS own,
    pg_temp.chance(place, 27, %(consents)s::bigint) AS consent,
    %(clock)s::timestamptz - (60 + pg_temp.chance(place, 28, 58 * 86400)) * interval '1 second' AS at
) AS drawn
CROSS JOIN LATERAL (SELECT
    CASE WHEN own THEN %(first_consenter)s::bigint + consent %% %(consenters)s::bigint
        ELSE pg_temp.chance(place, 29, %(people)s::bigint) END AS person,
    CASE WHEN own THEN (consent * 31 + consent / %(consenters)s::bigint * 37) %% 100
        ELSE pg_temp.chance(place, 30, 100) END AS company,
    own AND pg_temp.chance(place, 31, 10) < 6 AS allowed
) AS whom
