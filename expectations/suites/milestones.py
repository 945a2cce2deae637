"""The register of milestones on arrival: stages are ticked off in it, not taken away."""

from expectations.suites.arrivals import arrivals

MILESTONES = arrivals("milestones", least_share=0.5, most_lost=0.25)
