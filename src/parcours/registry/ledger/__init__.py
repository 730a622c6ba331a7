"""The ledger: append-only double entry in integer cents, balanced by the database itself."""
