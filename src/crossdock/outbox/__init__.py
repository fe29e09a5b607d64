"""The outbox: events written beside the change that caused them, and delivered to whoever asked to hear of them."""
