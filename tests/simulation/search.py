"""Print the first seeds that find each mutation: `python -m tests.simulation.search [NAME ...]`."""

import os
import sys
from collections.abc import Collection, Mapping
from typing import Final

SEEDS_MAX = 2000
SEEDS_WANTED = 2  # So that a change of the engine, which moves them, leaves one.

# Without these faults the rule is never needed: seeds that have them seldom are not tried.
NEEDED: Final[Mapping[str, Collection[str]]] = {
    "M4": ("held-request",),
    "M6": ("database-restored",),
    "M8": ("held-request",),
    "M14": ("other-answer",),
    "M18": ("hresult-after",),
}
RATE_MIN: Final = 0.05


def main(names: list[str]) -> None:
    """Search, one mutation after the other."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415 - only once the settings are named.

    django.setup()
    import pytest  # noqa: PLC0415

    from fieldledger.proving.world.faults import Faults, Kind  # noqa: PLC0415
    from fieldledger.proving.world.world import Ground  # noqa: PLC0415
    from fieldledger.simulator.variant import Variant  # noqa: PLC0415
    from tests.simulation.mutations import MUTATIONS  # noqa: PLC0415

    ground = Ground()

    def verdicts(seed: int) -> list[str]:
        return [each.verdict for each in ground.run(seed, variant=Variant()).problems]

    def is_likely(seed: int, name: str) -> bool:
        rates = Faults(seed).rates
        return all(rates.get(Kind(kind), 0) >= RATE_MIN for kind in NEEDED.get(name, ()))

    verdicts(1)  # The worlds' beginnings are made before anything is broken.
    for name in names or MUTATIONS:
        found: list[int] = []
        for seed in filter(lambda each: is_likely(each, name), range(1, SEEDS_MAX)):
            with pytest.MonkeyPatch.context() as patch:
                MUTATIONS[name](patch)
                broken = verdicts(seed)
            finds = bool(broken) and "error" not in broken  # Falling over would prove nothing.
            if finds and not verdicts(seed):  # One that fails anyhow finds nothing.
                found.append(seed)
            if len(found) == SEEDS_WANTED:
                break
        sys.stdout.write(f'    "{name}": {tuple(found)},\n')
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
