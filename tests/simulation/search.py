"""Print the first seeds that find each mutation: `python -m tests.simulation.search [NAME ...]`."""

import os
import sys

SEEDS_MAX = 2000
SEEDS_WANTED = 2  # So that a change of the engine, which moves them, leaves one.


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

    def is_good(seed: int) -> bool:
        return ground.run(seed, variant=Variant()).is_good

    is_good(1)  # The worlds' beginnings are made before anything is broken.
    for name in names or MUTATIONS:
        found: list[int] = []
        for seed in range(1, SEEDS_MAX):
            with pytest.MonkeyPatch.context() as patch:
                MUTATIONS[name](patch)
                finds = not is_good(seed)
            if finds and is_good(seed):  # One that fails anyhow finds nothing.
                found.append(seed)
            if len(found) == SEEDS_WANTED:
                break
        sys.stdout.write(f'    "{name}": {tuple(found)},\n')
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
