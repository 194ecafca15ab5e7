"""Tests of statements and how they are written."""
