-- Keys of agents: each bound to an owner, to accounts and actions, to effects, and to an end.

create table agent_keys (
    id text primary key,
    project_id text not null references projects on delete cascade,
    name text not null,
    prefix text not null,
    secret_hash bytea not null unique,
    owner_id text not null,
    accounts text[] not null,
    actions text[] not null,
    effects text[] not null,
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index agent_keys_by_project on agent_keys (project_id, created_at desc);
