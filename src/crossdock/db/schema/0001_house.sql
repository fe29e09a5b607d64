-- The house: projects and people, the vault, accounts and their credentials, linking, the outbox, the audit chain.
-- Every row of a tenant carries project_id, and every statement names it.

create table projects (
    id text primary key,
    name text not null,
    allowed_origins text[] not null default '{}',
    created_at timestamptz not null
);

create table people (
    id text primary key,
    email text not null unique,
    name text not null,
    password_hash text not null,
    created_at timestamptz not null
);

create table memberships (
    project_id text not null references projects on delete cascade,
    person_id text not null references people on delete cascade,
    role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
    created_at timestamptz not null,
    primary key (project_id, person_id)
);

create table sign_ins (
    token_hash bytea primary key,
    person_id text not null references people on delete cascade,
    project_id text not null references projects on delete cascade,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null
);

-- Who tries to sign in is not known yet, so these rows belong to no project: a digest of the e-mail or of the address.
create table sign_in_attempts (
    subject bytea not null,
    at timestamptz not null
);
create index sign_in_attempts_by_subject on sign_in_attempts (subject, at);

create table api_keys (
    id text primary key,
    project_id text not null references projects on delete cascade,
    name text not null,
    prefix text not null,
    secret_hash bytea not null unique,
    scopes text[] not null,
    created_at timestamptz not null,
    created_by text not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index api_keys_by_project on api_keys (project_id, created_at);

-- The vault. Key material never stands here: only key ids, their state and a check value.
create table vault_keys (
    key_id text primary key,
    state text not null check (state in ('staged', 'active', 'retired')),
    check_value bytea not null,
    created_at timestamptz not null,
    changed_at timestamptz not null
);
create unique index vault_keys_one_active on vault_keys (state) where state = 'active';

create table vault_sealed (
    project_id text not null references projects on delete cascade,
    owner_id text not null,
    field text not null,
    generation bigint not null,
    key_id text not null references vault_keys,
    wrapped_key bytea not null,
    ciphertext bytea not null,
    sealed_at timestamptz not null,
    primary key (project_id, owner_id, generation, field)
);
create index vault_sealed_by_key on vault_sealed (key_id, project_id, owner_id);

-- A connector as one project uses it ("auth config", "connector profile", integration_id on the wire).
create table integrations (
    id text primary key,
    project_id text not null references projects on delete cascade,
    connector_key text not null,
    auth_method text not null,
    name text not null,
    environment text,
    active boolean not null default true,
    setup jsonb not null default '{}',
    setup_secrets text[] not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (project_id, id)
);
create index integrations_by_project on integrations (project_id, connector_key);

create table accounts (
    id text primary key,
    project_id text not null references projects on delete cascade,
    integration_id text not null,
    connector_key text not null,
    auth_method text not null,
    environment text not null,
    type text not null check (type in ('production', 'test')),
    origin_owner_id text not null,
    origin_owner_name text not null,
    origin_username text,
    label text,
    status text not null check (status in ('active', 'expiring', 'error', 'expired', 'suspended')),
    status_reasons jsonb not null default '[]',
    status_since timestamptz not null,
    paused_at timestamptz,
    effects text[] not null,
    identity_key text,
    identity jsonb not null default '{}',
    scopes_found text[] not null default '{}',
    scopes_missing text[] not null default '{}',
    setup jsonb not null default '{}',
    secret_hints jsonb not null default '{}',
    metadata jsonb not null default '{}',
    linked_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    probed_at timestamptz,
    succeeded_at timestamptz,
    failures integer not null default 0,
    refusals integer not null default 0,
    next_probe_at timestamptz,
    next_refresh_at timestamptz,
    expires_at timestamptz,
    hard_end_at timestamptz,
    unique (project_id, id),
    foreign key (project_id, integration_id) references integrations (project_id, id)
);
create index accounts_by_project on accounts (project_id, created_at desc, id) where deleted_at is null;
create index accounts_by_owner on accounts (project_id, origin_owner_id, connector_key) where deleted_at is null;
create index accounts_due_refresh on accounts (next_refresh_at) where next_refresh_at is not null and deleted_at is null;
create index accounts_due_probe on accounts (next_probe_at) where next_probe_at is not null and deleted_at is null;

-- Generation, lease and fence of an account's sealed credential. Times of the lease are the database's own clock.
create table credentials (
    account_id text primary key,
    project_id text not null,
    generation bigint not null,
    refused_generation bigint,
    staged_generation bigint,
    staged_issued_at timestamptz,
    staged_expires_at timestamptz,
    staged_hard_end_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    refresh_started_at timestamptz,
    issued_at timestamptz not null,
    expires_at timestamptz,
    refreshed_at timestamptz,
    refreshes bigint not null default 0,
    failures integer not null default 0,
    refusals integer not null default 0,
    last_failure text,
    foreign key (project_id, account_id) references accounts (project_id, id) on delete cascade
);

create table connect_sessions (
    id bigint generated always as identity primary key,
    project_id text not null references projects on delete cascade,
    token_hash bytea not null unique,
    origin_owner_id text not null,
    origin_owner_name text not null,
    origin_username text,
    provider text,
    integration_id text,
    account_id text,
    categories text[] not null default '{}',
    multiple boolean not null default false,
    label text,
    type text not null check (type in ('production', 'test')),
    effects text[] not null,
    effects_locked boolean not null default false,
    metadata jsonb not null default '{}',
    allowed_origins text[] not null default '{}',
    return_url text,
    channel text not null check (channel in ('embedded', 'hosted', 'dashboard')),
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    finished_at timestamptz,
    revoked_at timestamptz
);
create index connect_sessions_by_project on connect_sessions (project_id, created_at desc);

-- One try at linking: what the pages render, whichever window or replica looks at it. Never holds a secret.
create table connection_attempts (
    id text primary key,
    project_id text not null references projects on delete cascade,
    session_id bigint not null references connect_sessions on delete cascade,
    integration_id text,
    status text not null check (status in ('pending', 'testing', 'confirm', 'authenticated', 'error', 'cancelled', 'expired')),
    field text,
    account_id text,
    candidate_id text,
    effects text[] not null default '{read}',
    checklist jsonb not null default '[]',
    notes text[] not null default '{}',
    cause text,
    provider_status integer,
    provider_body text,
    identity jsonb not null default '{}',
    conflict jsonb not null default '{}',
    state_hash bytea unique,
    binding_hash bytea,
    code_verifier text,
    redirect_uri text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    expires_at timestamptz not null,
    unique (project_id, id)
);
create index connection_attempts_by_session on connection_attempts (project_id, session_id, created_at desc);

-- A tested credential that waits for the person's confirmation; sealed under its own id, gone after its time.
create table candidates (
    id text primary key,
    project_id text not null references projects on delete cascade,
    attempt_id text not null,
    environment text not null,
    setup jsonb not null default '{}',
    secret_hints jsonb not null default '{}',
    identity jsonb not null default '{}',
    scopes_found text[] not null default '{}',
    scopes_missing text[] not null default '{}',
    generation bigint not null default 1,
    access_expires_at timestamptz,
    hard_end_at timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (project_id, attempt_id) references connection_attempts (project_id, id) on delete cascade
);
create index candidates_by_end on candidates (expires_at);
create index accounts_by_identity on accounts (project_id, connector_key, identity_key) where deleted_at is null;

create table events (
    id text primary key,
    project_id text not null references projects on delete cascade,
    type text not null,
    account_id text,
    payload jsonb not null,
    created_at timestamptz not null
);
create index events_by_project on events (project_id, created_at desc, id);

create table webhooks (
    id text primary key,
    project_id text not null references projects on delete cascade,
    url text not null,
    description text,
    events text[] not null,
    enabled boolean not null default true,
    disabled_reason text,
    failing_since timestamptz,
    previous_secret_until timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index webhooks_by_project on webhooks (project_id, created_at);

create table deliveries (
    id text primary key,
    project_id text not null references projects on delete cascade,
    event_id text not null references events on delete cascade,
    webhook_id text not null references webhooks on delete cascade,
    status text not null check (status in ('pending', 'delivered', 'dead')),
    attempts integer not null default 0,
    next_attempt_at timestamptz,
    lease_until timestamptz,
    last_status integer,
    last_error text,
    created_at timestamptz not null,
    delivered_at timestamptz
);
create index deliveries_due on deliveries (next_attempt_at) where status = 'pending';
create index deliveries_by_webhook on deliveries (project_id, webhook_id, created_at desc);
create unique index deliveries_once on deliveries (event_id, webhook_id);

-- Append-only and chained: a row's hash covers its content and the hash before it.
create table audit_entries (
    project_id text not null references projects on delete cascade,
    seq bigint not null,
    at timestamptz not null,
    actor text not null,
    event text not null,
    subject text not null,
    detail jsonb not null default '{}',
    previous bytea not null,
    hash bytea not null,
    primary key (project_id, seq)
);
create index audit_by_subject on audit_entries (project_id, subject, seq desc);
create table audit_heads (
    project_id text primary key references projects on delete cascade,
    seq bigint not null,
    hash bytea not null
);
create function audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'audit entries are append-only';
end $$;
create trigger audit_append_only before update or delete or truncate on audit_entries
    for each statement execute function audit_refuse();

-- Calls that passed through: written in batches, for the account page and the logs.
create table calls (
    id text primary key,
    project_id text not null references projects on delete cascade,
    account_id text not null,
    connector_key text not null,
    action text not null,
    effect text not null,
    actor text not null,
    status integer not null,
    cause text,
    duration_ms integer not null,
    created_at timestamptz not null
);
create index calls_by_account on calls (project_id, account_id, created_at desc, id);

-- Calls of an API key in the minute that runs, counted in slices over all replicas.
create table rate_windows (
    project_id text not null references projects on delete cascade,
    holder text not null,
    minute bigint not null,
    used integer not null,
    primary key (project_id, holder)
);

-- Which processes work on this database, and when each was last heard of on the database's clock.
create table processes (
    name text primary key,
    kind text not null,
    started_at timestamptz not null,
    seen_at timestamptz not null
);
