"""What lies in front of a face where a mask would be."""
