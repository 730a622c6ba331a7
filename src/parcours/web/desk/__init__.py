"""What every page behind a login shares."""
