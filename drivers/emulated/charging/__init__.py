"""What the emulated operators charge, record and tell of it."""
