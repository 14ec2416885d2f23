"""The service ring: the real backend on a real SQLite file, a real Prosody, visitors in its rooms, and readers of the feed.

    backend.py   the process and its requests            feed.py      two views of the log, that must tell the same
    practice.py  specialists and what they have planned  dialects.py  webhooks made by hand, where no Prosody is needed
    labs.py      Prosodys that report to a backend       long_runs.py work that waits, beside everything else
"""
