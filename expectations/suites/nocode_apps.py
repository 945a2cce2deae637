"""The no-code platform on arrival: retired applications stay in it, so that it grows."""

from expectations.suites.arrivals import arrivals

NOCODE_APPS = arrivals("nocode_apps", least_share=0.9, most_lost=0.1)
