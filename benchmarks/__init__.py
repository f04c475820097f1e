"""How fast it is: one figure a command, each beside what it is measured against, on the same machine in one run.

    python manage.py benchmark list
    python manage.py benchmark check --scale small

A figure makes its own data, in a data folder of its own that is kept for the next run, starts the servers as `up`
does, and stops them. Machines differ and drift: only the ratios mean something. What was measured stands in
docs/PERFORMANCE.md.
"""
