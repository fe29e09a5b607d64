-- Writes that are made once: the answer kept for a caller's Idempotency-Key. And what each account's budget has left.

create table idempotency_keys (
    project_id text not null references projects on delete cascade,
    holder text not null,
    key text not null,
    fingerprint bytea not null,
    answer json,
    content bytea,
    running_until timestamptz not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (project_id, holder, key)
);
create index idempotency_keys_by_end on idempotency_keys (expires_at);

-- What all replicas together may still send to an account's provider; its times are the database's own clock.
create table pace_ledgers (
    project_id text not null,
    account_id text not null,
    ledger jsonb not null default '{}',
    primary key (project_id, account_id),
    foreign key (project_id, account_id) references accounts (project_id, id) on delete cascade
);
