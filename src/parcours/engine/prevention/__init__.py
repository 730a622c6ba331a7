"""What a person is due on a day: facts in, a state for each programme, its days, its price."""
