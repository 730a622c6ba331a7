"""The same rules for a table or for the files of a nation: compiled, in parallel over patients, every row
explainable.
"""
