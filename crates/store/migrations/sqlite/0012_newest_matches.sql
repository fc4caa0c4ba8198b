-- PostgreSQL's index alone changes: SQLite's lists the newest matches by itself.
SELECT 1;
