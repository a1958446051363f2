"""Pure helpers below every app: no tables, no network."""
