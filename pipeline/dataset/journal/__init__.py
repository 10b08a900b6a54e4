"""What is finished, in rows that survive a kill; who works where; what another recipe makes stale."""
