"""The suites: one folder each. A suite says what it needs of a lab; the lab file says what exists."""
