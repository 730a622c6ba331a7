"""`/lab`: the law moved with a finger, on an invented sample of France."""
