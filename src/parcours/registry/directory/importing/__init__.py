"""Files of others, taken into the directory: read by the names of their columns, compared, guarded, applied."""
