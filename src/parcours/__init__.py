"""France's coordinated care pathway as software: inside or outside, who pays what, and why."""

__version__ = "0.1.0"
