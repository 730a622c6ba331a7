"""What a person is due: what was done, refused or set aside; the calendar, and its reminders."""
