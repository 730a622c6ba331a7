"""Stories of simulated money, told day by day and played by the real services: `parcours scenario run FILE`."""
