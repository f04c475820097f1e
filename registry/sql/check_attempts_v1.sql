-- Serves the attempts fact, and a scrub's question which numbers of a list were dialled by the seller at all. Only
-- dials that were allowed are in it: a few of the rows, and none of those that scrubs append.
CREATE INDEX check_attempts ON registry_check (seller_id, number, checked_at) WHERE allowed AND kind = 0;
