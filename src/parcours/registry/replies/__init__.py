"""Answers once given to requests that create something, given again when a client repeats the request."""
