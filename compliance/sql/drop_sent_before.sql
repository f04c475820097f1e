-- Take those staged calls away that the company has sent before, where an id alone is the key: the same id with another
-- start is the same call, in whatever month it lies. The index that forbids the same call twice knows the start too and
-- would let it pass.
-- A subquery with a limit is a search for each row by the index of keys; as a join, the planner might read every call
-- of every company. A statement of its own, because the table must not grow while it is searched.
DELETE FROM staged_call AS staged
WHERE staged.natural_key = staged.call_id AND (
    SELECT true
    FROM compliance_call AS earlier
    WHERE earlier.company_id = %(company)s AND earlier.natural_key = staged.natural_key
    LIMIT 1
)
