"""Alerts: whoever has to know is told how a night went, by mail or chat, once per cause and day."""
