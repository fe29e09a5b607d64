"""The boxes that goods are packed into: the carriers' own, and those that an account keeps."""
