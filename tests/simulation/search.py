"""Print the first seed that finds each mutation: `python -m tests.simulation.search [NAME ...]`."""

import os
import sys

SEEDS_MAX = 2000


def main(names: list[str]) -> None:
    """Search, one mutation after the other."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415 - only once the settings are named.

    django.setup()
    import pytest  # noqa: PLC0415

    from fieldledger.proving.world.world import Ground  # noqa: PLC0415
    from fieldledger.simulator.variant import Variant  # noqa: PLC0415
    from tests.simulation.mutations import MUTATIONS  # noqa: PLC0415

    ground = Ground()
    for name in names or MUTATIONS:
        with pytest.MonkeyPatch.context() as patch:
            MUTATIONS[name](patch)
            for seed in range(1, SEEDS_MAX):
                verdict = ground.run(seed, variant=Variant())
                if not verdict.is_good:
                    sys.stdout.write(f'    "{name}": {seed},  # {verdict.problems[0].words}\n')
                    sys.stdout.flush()
                    break
            else:
                sys.stdout.write(f"{name} is not found within {SEEDS_MAX} seeds\n")


if __name__ == "__main__":
    main(sys.argv[1:])
