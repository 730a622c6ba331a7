"""The tools of an assistant (Model Context Protocol): engine, law, directory, a person's own calendar.

Each answer is the one that the API gives: computed, the same every time, with its articles, in French or in English.
"""
