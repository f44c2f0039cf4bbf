"""The functional core: protocols, decisions, chart, subjects and ledger; no web, SQL, clock or sockets."""
