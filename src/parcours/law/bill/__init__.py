"""The law of a whole bill: codes, dated tariffs and general values, as data of its own beside the law of one act."""
