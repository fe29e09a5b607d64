-- A refresh token that has just been exchanged may come again: its successor is derived from it and from this salt.

alter table oauth_tokens add column salt bytea;
create index oauth_tokens_salted on oauth_tokens (used_at) where salt is not null;

-- The dashboard lists what agents ask for, newest first.
create index link_requests_by_project on link_requests (project_id, created_at desc, id desc);
