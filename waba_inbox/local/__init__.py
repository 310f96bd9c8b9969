"""The product on one machine, for `bin/run` and `bin/test`: embedded PostgreSQL and Redis, one roof for all.

A production site does not need this package: there an orchestrator starts the same processes (docker-compose.yml).
"""
