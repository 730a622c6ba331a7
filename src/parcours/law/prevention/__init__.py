"""What a person is due for their health: programmes, their windows and intervals, dated and cited."""
