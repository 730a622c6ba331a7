"""`python -m parcours` is the command `parcours`."""

from parcours.cli.main import main

main()
