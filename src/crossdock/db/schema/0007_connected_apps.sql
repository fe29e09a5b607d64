-- Apps that people let in by OAuth: who they say they are, what each person allowed, and the tokens of that.
-- And what agents ask people to link.

alter table agent_keys add column may_request_links boolean not null default false;

-- An app registers, or its document is read, before it is known for which project: these rows belong to none.
create table oauth_clients (
    id text primary key,
    client_id text not null unique,
    kind text not null check (kind in ('registered', 'document')),
    name text not null,
    redirect_uris text[] not null,
    auth_method text not null check (auth_method in ('none', 'client_secret_basic', 'client_secret_post')),
    secret_hash bytea,
    refreshes boolean not null,
    registered_from bytea,
    created_at timestamptz not null,
    fresh_until timestamptz,
    allowed_at timestamptz
);
create index oauth_clients_idle on oauth_clients (created_at) where allowed_at is null;
create index oauth_clients_by_origin on oauth_clients (registered_from, created_at) where registered_from is not null;

-- What a person allowed an app. It counts from its first token on.
create table oauth_grants (
    id text primary key,
    project_id text not null references projects on delete cascade,
    client text not null references oauth_clients,
    client_name text not null,
    redirect_host text not null,
    owner_id text not null,
    accounts text[] not null,
    actions text[] not null,
    effects text[] not null,
    may_request_links boolean not null,
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz not null,
    begun_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_why text check (revoked_why in ('person', 'app', 'code_reused', 'refresh_reused')),
    unique (project_id, id)
);
create index oauth_grants_by_project on oauth_grants (project_id, created_at desc);
create index oauth_grants_by_client on oauth_grants (client);

-- Codes and tokens stand here as digests; each is for one address of one app and one audience.
create table oauth_codes (
    code_hash bytea primary key,
    project_id text not null,
    grant_id text not null,
    redirect_uri text not null,
    challenge text not null,
    resource text not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    foreign key (project_id, grant_id) references oauth_grants (project_id, id) on delete cascade
);
create index oauth_codes_by_end on oauth_codes (expires_at);
create table oauth_tokens (
    token_hash bytea primary key,
    project_id text not null,
    grant_id text not null,
    kind text not null check (kind in ('access', 'refresh')),
    resource text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    foreign key (project_id, grant_id) references oauth_grants (project_id, id) on delete cascade
);
create index oauth_tokens_by_grant on oauth_tokens (project_id, grant_id);
create index oauth_tokens_by_end on oauth_tokens (expires_at);

-- An agent asks a person to link an account. Whoever opens the link first gets the connect session.
create table link_requests (
    id text primary key,
    project_id text not null references projects on delete cascade,
    holder text not null,
    agent_name text not null,
    owner_id text not null,
    owner_name text not null,
    connector_key text not null,
    reason text not null,
    token_hash bytea not null unique,
    session_id bigint references connect_sessions on delete set null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    opened_at timestamptz,
    declined_at timestamptz
);
create index link_requests_by_holder on link_requests (project_id, holder, created_at desc);
