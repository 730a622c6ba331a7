"""The protocol of a long-term condition: written, sent, its opinion, the decision of the fund, its renewal, its end."""
