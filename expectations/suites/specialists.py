"""The list of specialists hired on arrival: a file grows with the fiscal year."""

from expectations.suites.arrivals import arrivals

SPECIALISTS = arrivals("specialists", least_share=0.5, most_lost=0.25)
