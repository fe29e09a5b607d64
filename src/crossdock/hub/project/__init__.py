"""The dashboard's pages of the project itself: keys, webhooks, audit, settings, and signing in."""
