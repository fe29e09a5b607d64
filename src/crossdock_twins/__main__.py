"""`python -m crossdock_twins`."""

import sys

from crossdock_twins.main import main

if __name__ == "__main__":
    sys.exit(main())
