-- What can be asked afterwards: which write an Idempotency-Key stands for, and which fields a refused call was wrong in.

alter table idempotency_keys
    add column account_id text,
    add column action text,
    add column call_id text,
    add column look_with json,
    add column answered_at timestamptz;
create index idempotency_keys_by_key on idempotency_keys (project_id, key);

alter table calls add column wrong_fields text;
