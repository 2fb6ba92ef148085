"""Multimedia messages between the number under test and every operator, both ways: sent, announced, fetched,
as they were sent, and reported."""
