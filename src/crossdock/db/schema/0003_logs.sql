-- The logs: calls with the exchanges that they took, and requests to the platform itself, a partition for each day.
-- Days are made before their first row is written, and dropped whole when their time is over.

alter table calls rename to calls_before;
alter index calls_by_account rename to calls_before_by_account;
alter index calls_pkey rename to calls_before_pkey;

create table calls (
    id text not null,
    project_id text not null references projects on delete cascade,
    account_id text not null,
    connector_key text not null,
    service text not null default 'actions' check (service in ('actions', 'proxy')),
    action text not null,
    effect text not null,
    actor text not null,
    method text,
    url text,
    path text,
    resource text,
    child_resource text,
    sub_resource text,
    status integer not null,
    cause text,
    duration_ms integer not null,
    created_at timestamptz not null,
    primary key (created_at, id)
) partition by range (created_at);
create index calls_by_account on calls (project_id, account_id, created_at desc, id);
create index calls_by_project on calls (project_id, created_at desc, id);
create index calls_by_id on calls (project_id, id);

-- Requests and answers of one call, in their order, cut short and without secrets.
create table call_steps (
    id text not null,
    project_id text not null references projects on delete cascade,
    call_id text not null,
    account_id text not null,
    connector_key text not null,
    service text not null,
    action text not null,
    method text not null,
    url text not null,
    path text not null,
    resource text,
    child_resource text,
    sub_resource text,
    status integer not null,
    cause text,
    duration_ms integer not null,
    request jsonb not null default '{}',
    response jsonb not null default '{}',
    created_at timestamptz not null,
    primary key (created_at, id)
) partition by range (created_at);
create index call_steps_by_call on call_steps (project_id, call_id, created_at);
create index call_steps_by_project on call_steps (project_id, created_at desc, id);

create table api_requests (
    id text not null,
    project_id text not null references projects on delete cascade,
    account_id text,
    category text not null,
    action text not null,
    actor text not null,
    method text not null,
    url text not null,
    path text not null,
    status integer not null,
    duration_ms integer not null,
    source_ip text,
    created_at timestamptz not null,
    primary key (created_at, id)
) partition by range (created_at);
create index api_requests_by_project on api_requests (project_id, created_at desc, id);

-- Make the partitions of a day (in UTC) where they are missing; replicas that ask at once wait for each other.
create function log_day(day date) returns void language plpgsql as $$
declare
    parent text;
begin
    perform pg_advisory_xact_lock(hashtextextended('crossdock.log_day', 0));
    foreach parent in array array['calls', 'call_steps', 'api_requests'] loop
        execute format(
            'create table if not exists %I partition of %I for values from (%L) to (%L)',
            parent || to_char(day, '_YYYYMMDD'), parent, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00'
        );
    end loop;
end $$;

-- Drop the partitions of every day before this one; returns how many there were.
create function log_forget(before date) returns integer language plpgsql as $$
declare
    old regclass;
    dropped integer := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('crossdock.log_day', 0));
    for old in
        select inhrelid::regclass from pg_inherits
        join pg_class on pg_class.oid = inhrelid
        where inhparent in ('calls'::regclass, 'call_steps'::regclass, 'api_requests'::regclass)
            -- Compared as text: the planner may look at other tables' names before it joins.
            and right(relname, 8) < to_char(before, 'YYYYMMDD')
    loop
        execute format('drop table %s', old);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;

select log_day(day) from (
    select distinct (created_at at time zone 'UTC')::date as day from calls_before
    union select (now() at time zone 'UTC')::date + n from generate_series(-1, 7) as n
) as days;
insert into calls (id, project_id, account_id, connector_key, action, effect, actor, status, cause, duration_ms, created_at)
    select id, project_id, account_id, connector_key, action, effect, actor, status, cause, duration_ms, created_at
    from calls_before;
drop table calls_before;
