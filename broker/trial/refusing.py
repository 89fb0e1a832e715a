"""What a broker lets accounts do that refuses a filter, and ends the connection at each refusal, as RabbitMQ 4.0 does.

Each account tries each filter by itself: the topics that are asked about, and wide ones, through which more could be
heard than is granted by name. What is granted it hears while each account tries to publish on each topic.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from broker.core.proof import Answers
from broker.trial import packets
from broker.trial.client import Client, ProbeError
from broker.trial.running import Broker, log_in
from contract.roles import Account, Role

_TAKEN = (packets.SUCCESS, packets.NO_SUBSCRIBERS)


def ask(
    broker: Broker, accounts: Mapping[Account, str], asked: list[str], wide: Sequence[str],
    others: Callable[[], object] = lambda: None,
) -> dict[str, Answers]:
    """What each of *accounts* that is let in, with its password, can write and hear of *asked*. Raises ProbeError.

    When all listen, *others* publishes what no account here may.
    """
    found: dict[str, Answers] = {}
    with ExitStack() as stack:
        ears: dict[Account, Client] = {}
        for account, password in accounts.items():
            client = log_in(broker, account, password)
            if client is None:
                continue
            client.close()
            filters = [each for each in (*asked, *wide) if _may_subscribe(broker, account, password, each)]
            ears[account] = stack.enter_context(_entered(broker, account, password))
            for each in filters:
                ears[account].subscribe(each)
        if not any(each.role is Role.HUB for each in ears):
            raise ProbeError("the hub is not let in, and without it nothing can be proven")
        for account in ears:
            found[account.username] = Answers(_written(broker, account, accounts[account], asked))
        others()
        for account, client in ears.items():
            client.catch_up()
            found[account.username].heard.update(each.topic for each in client.messages if each.topic in asked)
    return found


def _may_subscribe(broker: Broker, account: Account, password: str, topic_filter: str) -> bool:
    with _entered(broker, account, password) as client:
        return client.subscribe(topic_filter) < packets.FAILURE


def _written(broker: Broker, account: Account, password: str, asked: list[str]) -> set[str]:
    """What of *asked* the *account* can publish; where that ends its connection it logs in again."""
    found: set[str] = set()
    client = _entered(broker, account, password)
    try:
        for topic in asked:
            try:
                if client.publish(topic, account.username.encode()) in _TAKEN:
                    found.add(topic)
            except ProbeError:  # refused, without a word; who is let in again was not ended by anything else
                client.close()
                client = _entered(broker, account, password)
    finally:
        client.close()
    return found


def _entered(broker: Broker, account: Account, password: str) -> Client:
    client = log_in(broker, account, password)
    if client is None:
        raise ProbeError(f"{account.username} is let in at one time and not at another")
    return client
