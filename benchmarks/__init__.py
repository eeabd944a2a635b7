"""Side-by-side measurements, each runnable with one command; see README.md beside this file."""
