"""Find a doctor: the search, and the page of one professional."""
