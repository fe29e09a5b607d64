"""PostgreSQL: the pool, the schema and its migrations, jobs, and the embedded server."""
