"""Accounts: who may log in, in which roles, with what proof; sessions; API clients."""
