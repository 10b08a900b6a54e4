"""Whether a data set is what it says: files, rows, labels against pixels."""
