"""What is known of one sample, and how it is written down."""
