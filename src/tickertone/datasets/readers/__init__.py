"""One file format, one reader: bytes in, rows and rejected rows out."""
