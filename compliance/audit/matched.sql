-- The check that each call rests on: one row out for each row of `called`; without a check where there is none.
--
-- called (n, id, company_id, number, caller, sector, channel, disposition, started_at, named)
-- A check counts if the company itself asked it, about that number, before the call. %(skew)s is what the clocks of
-- dialers and register may differ by: a call that seems to begin that much before its check, or after its end, may have
-- begun within. %(lookback)s is longer than any check can be used. %(checks_since)s and %(checks_until)s say the same
-- for all calls of the statement, so that only the months they touch are opened.
--
-- Which check: the one the call names; else the latest of that number, unless an earlier one was asked for the very
-- caller, sector and channel of the call and could still be used (or was denied): two campaigns that call one number do
-- not answer for each other's checks.
--
-- Most often it is a check of the day that is audited, which is at hand in audit_check; only the others are searched for.
-- OFFSET 0 and LIMIT 1 keep each search one look into an index: as joins, they might read all checks of a month.
SELECT
    held.n, held.id, held.company_id, held.number, held.caller, held.sector, held.channel, held.disposition,
    held.started_at, held.check_id, held.checked_at,
    coalesce(held.seller_id, held.company_id) AS seller_id,
    held.checked_caller,
    coalesce(held.purpose, 0::smallint) AS purpose,
    held.kind, held.allowed, held.valid_until,
    coalesce(held.valid_until < held.started_at - %(skew)s, false) AS lapsed,
    -- The moment the call is judged at: its start, but inside its check's time where the clocks' difference explains it.
    CASE
        WHEN held.checked_at > held.started_at THEN held.checked_at
        WHEN held.valid_until <= held.started_at AND held.valid_until >= held.started_at - %(skew)s
            THEN held.valid_until - interval '1 microsecond'
        ELSE held.started_at
    END AS at
FROM (
    SELECT
        called.*, k.id AS check_id, k.checked_at, k.seller_id, k.caller AS checked_caller, k.purpose, k.kind, k.allowed,
        k.valid_until
    FROM called
    JOIN audit_check AS k
        ON k.id = called.named AND k.number = called.number AND k.company_id = called.company_id
        AND k.checked_at <= called.started_at + %(skew)s
    UNION ALL
    SELECT
        called.*, found.check_id, found.checked_at, found.seller_id, found.caller, found.purpose, found.kind,
        found.allowed, found.valid_until
    FROM (
        SELECT * FROM called
        WHERE NOT EXISTS (
            SELECT FROM audit_check AS k
            WHERE k.id = called.named AND k.number = called.number AND k.company_id = called.company_id
                AND k.checked_at <= called.started_at + %(skew)s
        )
    ) AS called

    LEFT JOIN LATERAL (
        SELECT k.id, k.checked_at, k.seller_id, k.caller, k.purpose, k.kind, k.allowed, k.valid_until
        FROM registry_check k
        WHERE called.named IS NOT NULL
            AND k.id = called.named AND k.company_id = called.company_id AND k.number = called.number
            AND k.checked_at >= %(checks_since)s AND k.checked_at <= %(checks_until)s
            AND k.checked_at <= called.started_at + %(skew)s
        OFFSET 0
    ) AS named ON true

    -- A call may name a check that is long out of date: that is a stale check, not none.
    LEFT JOIN LATERAL (
        SELECT k.id, k.checked_at, k.seller_id, k.caller, k.purpose, k.kind, k.allowed, k.valid_until
        FROM registry_check k
        WHERE called.named IS NOT NULL AND named.id IS NULL
            AND k.id = called.named AND k.company_id = called.company_id AND k.number = called.number
            AND k.checked_at < %(checks_since)s
        OFFSET 0
    ) AS stale ON true

    LEFT JOIN LATERAL (
        SELECT k.id, k.checked_at, k.seller_id, k.caller, k.purpose, k.kind, k.allowed, k.valid_until,
            coalesce(k.caller = called.caller AND k.sector = called.sector AND k.channel = called.channel, false) AS exact
        FROM registry_check k
        WHERE named.id IS NULL AND stale.id IS NULL
            AND k.number = called.number AND k.company_id = called.company_id
            AND k.checked_at >= %(checks_since)s AND k.checked_at <= %(checks_until)s
            AND k.checked_at >= called.started_at - %(lookback)s AND k.checked_at <= called.started_at + %(skew)s
        ORDER BY k.checked_at DESC, k.id DESC LIMIT 1
    ) AS latest ON true

    LEFT JOIN LATERAL (
        SELECT k.id, k.checked_at, k.seller_id, k.caller, k.purpose, k.kind, k.allowed, k.valid_until
        FROM registry_check k
        WHERE NOT latest.exact
            AND k.number = called.number AND k.company_id = called.company_id
            AND k.caller = called.caller AND k.sector = called.sector AND k.channel = called.channel
            AND k.checked_at >= %(checks_since)s AND k.checked_at <= %(checks_until)s
            AND k.checked_at >= called.started_at - %(lookback)s AND k.checked_at <= called.started_at + %(skew)s
        ORDER BY k.checked_at DESC, k.id DESC LIMIT 1
    ) AS exact ON coalesce(exact.valid_until >= called.started_at - %(skew)s, true)

    -- The first of them that was found; each is looked for only where those before it were not.
    CROSS JOIN LATERAL (
        SELECT
            coalesce(named.id, stale.id, exact.id, latest.id) AS check_id,
            coalesce(named.checked_at, stale.checked_at, exact.checked_at, latest.checked_at) AS checked_at,
            coalesce(named.seller_id, stale.seller_id, exact.seller_id, latest.seller_id) AS seller_id,
            coalesce(named.caller, stale.caller, exact.caller, latest.caller) AS caller,
            coalesce(named.purpose, stale.purpose, exact.purpose, latest.purpose) AS purpose,
            coalesce(named.kind, stale.kind, exact.kind, latest.kind) AS kind,
            coalesce(named.allowed, stale.allowed, exact.allowed, latest.allowed) AS allowed,
            -- A denial has no end, so this one column cannot tell "not found" from "none".
            CASE
                WHEN named.id IS NOT NULL THEN named.valid_until
                WHEN stale.id IS NOT NULL THEN stale.valid_until
                WHEN exact.id IS NOT NULL THEN exact.valid_until
                ELSE latest.valid_until
            END AS valid_until
    ) AS found
) AS held
