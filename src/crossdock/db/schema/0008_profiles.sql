-- Connector profiles: which scopes, actions and effects a project's way of linking is for, and which one is the default.

alter table integrations
    add column scopes text[] not null default '{}',
    add column actions text[] not null default '{*}',
    add column effects text[] not null default '{destructive,read,write}',
    add column is_default boolean not null default false,
    add column deleted_at timestamptz;
update integrations set is_default = true where id in (
    select distinct on (project_id, connector_key, auth_method) id from integrations
    order by project_id, connector_key, auth_method, active desc, created_at, id
);
create unique index integrations_one_default on integrations (project_id, connector_key, auth_method)
    where is_default and deleted_at is null;

-- Rows of synced calls, a line for each call that brought some; the rows themselves are sealed in the vault.
create table synced_pages (
    project_id text not null,
    id text not null,
    account_id text not null,
    action text not null,
    path_hash text not null,
    run_id text not null,
    number integer not null,
    rows integer not null,
    size integer not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (project_id, id),
    unique (project_id, account_id, action, path_hash, run_id, number),
    foreign key (project_id, account_id) references accounts (project_id, id) on delete cascade
);
create index synced_pages_by_end on synced_pages (expires_at);
