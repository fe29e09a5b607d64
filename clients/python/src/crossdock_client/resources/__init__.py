"""What the API can do, a file for each resource. Made from the API's document by tools/python_client.py."""
