"""What a fund, a practice, an insurer and a person send each other. All of it is simulated, and says so."""
