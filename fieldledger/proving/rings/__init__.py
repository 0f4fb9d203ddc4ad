"""The rings around the simulation: real programs, killed for real. See website/commands."""
