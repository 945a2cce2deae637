"""A run's lineage as OpenLineage events, for the catalogue that a bureau keeps."""
