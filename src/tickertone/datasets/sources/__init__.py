"""Where source files are found: with the project, in a local mirror, or on the Hub."""
