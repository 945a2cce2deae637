"""Landing: which deliveries a night finds, how they are read, and what of them is kept."""
