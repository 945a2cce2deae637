"""What the audit expects of a candidate, in Great Expectations' terms."""

import sys

# Great Expectations imports pyspark wherever it is installed: seconds, for nothing that is used here.
sys.modules.setdefault("pyspark", None)  # type: ignore[arg-type]
