"""Programs that run beside a night, each in a process of its own that ends with its parent."""
