-- Take those staged calls away that the company has sent before, from the places that `find_sent_before.sql` names.
-- Where an id alone is the key, the same id with another start is the same call, in whatever month it lies; elsewhere the
-- key names the start, and only its month is searched. The index that forbids the same call twice knows the start too and
-- would let the former pass.
-- Subqueries are searches by the index of keys for each row; as joins, the planner might read every call of every company.
-- A statement of its own, because the table must not grow while it is searched.
DELETE FROM staged_call AS staged
WHERE staged."row" / 1000 = ANY (%(places)s::int[]) AND CASE
    WHEN staged.natural_key IS NULL THEN (
        SELECT earlier.natural_key
        FROM compliance_call AS earlier
        WHERE earlier.company_id = %(company)s AND earlier.natural_key >= staged.call_id
        ORDER BY earlier.natural_key
        LIMIT 1
    ) = staged.call_id
    ELSE (
        SELECT true
        FROM compliance_call AS earlier
        WHERE earlier.company_id = %(company)s AND earlier.natural_key = staged.natural_key
            AND earlier.started_at = staged.started_at
        LIMIT 1
    )
END
