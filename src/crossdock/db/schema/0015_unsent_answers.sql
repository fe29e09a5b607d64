-- Where the answer of a call came from for which nothing was sent: what was kept under its Idempotency-Key, with the call
-- that was sent for it, or a look that found the thing there.
alter table calls
    add column answered_from text check (answered_from in ('kept', 'found')),
    add column repeat_of text;
