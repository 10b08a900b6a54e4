"""The morphable head: data and tables that every stage may import."""
