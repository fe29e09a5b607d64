-- How a project has what it reads looked over for orders to a model; a project without a row has the usual way.

create table screening_rules (
    project_id text primary key references projects on delete cascade,
    mode text not null check (mode in ('off', 'mark', 'block')),
    everyone boolean not null,
    classifier boolean not null,
    updated_at timestamptz not null,
    updated_by text not null
);
