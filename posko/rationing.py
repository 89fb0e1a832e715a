"""What a program that follows every village takes of each: the hub, and an operator's."""

from collections.abc import Callable, Sequence

from contract.domain.district import District
from runtime.core.ration import Ration, of_district
from runtime.endpoint import Subscription
from runtime.mqtt import MAX_PACKET, Rationing

# An alarm behind a flood must be received, for a node that misses it gets it from the hub alone: so at a hub more may
# wait than at a node, as long as it does not take more memory than runtime/inbox.py allows.
ROOM = 100


def of_all(district: District, without: Callable[[frozenset[str]], Sequence[Subscription]]) -> Rationing:
    """The rations of all of *district*; where villages send more, *without* them that is subscribed to.

    Nothing stands in for who is shut out, and nothing that others have sent is thrown away.
    """
    ration = Ration(of_district({name: each.posts for name, each in district.villages.items()}), stand_in=False)
    return Rationing(ration, without, "nothing from there is received", MAX_PACKET, renew=False)
