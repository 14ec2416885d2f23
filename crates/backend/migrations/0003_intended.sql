-- What will be agreed once the calendar has written over an entry. It stands here before the request leaves, so that our own writing
-- is recognised when its answer was lost.
ALTER TABLE agreements ADD COLUMN intended TEXT;
