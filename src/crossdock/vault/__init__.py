"""The vault: the key ring, the envelope around each secret, the sealed rows and the change of keys."""
