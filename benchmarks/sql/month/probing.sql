-- The days on which a company asked much and called nobody.
SELECT DISTINCT company_id, (base AT TIME ZONE 'UTC')::date FROM month_plan WHERE story = ANY (%(stories)s)
