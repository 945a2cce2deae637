"""The training rosters on arrival: a workbook grows by a sheet a course."""

from expectations.suites.arrivals import arrivals

TRAINING_ROSTERS = arrivals("training_rosters", least_share=0.5, most_lost=0.25)
