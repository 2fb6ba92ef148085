"""What calls and messages cost, held against the tariff: the balance before and after."""
