"""`python -m fieldledger.website`: the program `fieldledger`, found by this Python alone."""

import sys

from fieldledger.website.command_line import main

sys.exit(main())
