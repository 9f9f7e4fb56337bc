"""The engine that reads an old system's export and judges it row by row, without touching the database.

``folder.open_folder`` finds the tables of a directory, ``engine.judge`` turns one table into verdicts,
``ledger.Ledger`` remembers what was accepted. Everything streams: memory does not grow with rows.
"""
