"""One night: land (a room of its own), write, audit, publish, and what begins and ends it."""
