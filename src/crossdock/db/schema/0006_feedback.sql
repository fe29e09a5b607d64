-- What agents and people say of the actions that they used.
create table tool_feedback (
    id text primary key,
    project_id text not null references projects on delete cascade,
    account_id text,
    tool_names text[] not null,
    feedback text not null,
    actor text not null,
    created_at timestamptz not null
);
create index tool_feedback_by_project on tool_feedback (project_id, created_at desc, id);
