"""What the machine gives and demands: disks, files, rights, proxies, the date."""
