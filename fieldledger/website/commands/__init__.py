"""The commands of the program `fieldledger`, one file each.

A command's module has `add_arguments(parser)` and `run(options) -> int`, its exit status. Models
are imported inside functions: they exist only once the place (place.py) is open.
"""
