"""France's coordinated care pathway (parcours de soins coordonnés) as software."""

__version__ = "0.1.0"
