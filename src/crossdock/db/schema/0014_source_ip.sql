-- Where a call came from, on its line and on each exchange that it took.

alter table calls add column source_ip text;
alter table call_steps add column source_ip text;
