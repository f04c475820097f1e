-- The checks that were asked, by their story.
CREATE TEMPORARY TABLE month_check AS
SELECT id, split_part(reference, '-', 2)::bigint AS place, split_part(reference, '-', 3)::integer AS nth
FROM registry_check
WHERE checked_at >= %(since)s AND checked_at < %(until)s AND reference LIKE 'month-%%'
