"""How a further district is, as a frozen value. No behaviour.

It is what `kentongan watch` knows of it: the page shows it beside its own district, and gives no orders there.
"""

from contract.values import dataclass
from posko.operator.core.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SeenElsewhere:
    """How the district *district* was at the snapshot's instant; None: nobody knows."""

    district: str
    snapshot: Snapshot | None
