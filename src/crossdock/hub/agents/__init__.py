"""The dashboard's pages of agents: keys, apps, consent, and what agents ask to link."""
