"""Commands that read what nights have left, and change nothing."""
