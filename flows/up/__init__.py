"""`shihyo up`: what a bureau runs on one machine, started together and kept running."""
