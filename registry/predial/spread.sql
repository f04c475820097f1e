-- The decision on each number of a list: its own, or that of the one of its kind that was asked, with its own records
-- and their times in the place of the other's, and, if it is to be written, the id of its check.
numbered AS (
    SELECT
        known.number,
        decided.company_id, decided.seller_id, decided.caller, decided.sector, decided.channel, decided.purpose,
        decided.campaign, decided.reference, decided.at,
        decided.decision_id, decided.allowed, decided.policy_id, decided.relationship_record,
        CASE WHEN known.alike AND decided.consent_record IS NOT NULL
            THEN known.consent_record ELSE decided.consent_record
        END AS consent_record,
        CASE WHEN known.alike AND decided.opt_out_record IS NOT NULL
            THEN known.opt_out_record ELSE decided.opt_out_record
        END AS opt_out_record,
        CASE WHEN known.alike AND decided.since IS NOT NULL THEN known.since ELSE decided.since END AS since,
        basis.ends_at AS basis_ends_at,
        -- As decided.sql has it.
        CASE WHEN decided.allowed
            THEN least(decided.at + decided.check_validity, decided.hours_end_at, basis.ends_at)
        END AS valid_until,
        decided.free_at,
        decided.hours, decided.windows_key, decided.calendar, decided.zone_key,
        1::smallint AS kind,
        CASE WHEN %(write)s::boolean AND decided.decision_id IS NOT NULL
            THEN nextval('registry_check_id_seq')
        END AS check_id
    FROM known
    LEFT JOIN kinds
        ON known.alike AND kinds.place = known.place AND kinds.said = known.said
        AND kinds.agreed = coalesce(known.agreed, '{}') AND kinds.taken_back = known.taken_back
        AND kinds.said_since = known.said_since
    LEFT JOIN decided ON decided.n = coalesce(kinds.number, known.number)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN known.alike AND decided.consent_record IS NOT NULL
            THEN known.ends_at ELSE decided.basis_ends_at
        END AS ends_at
    ) AS basis
)
