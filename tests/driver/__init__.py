"""A random driver over the API: actions of every kind, and a count of money and debts of its own beside the ledger's."""
