"""What programs say of themselves is heard whole, though it is longer than what people may type."""

from pathlib import Path

from contract.wire.codec import MAX_BYTES
from posko.operator.connection import subscriptions
from runtime.core.events import Linked, Received
from runtime.endpoint import Broker
from runtime.inbox import Inbox
from runtime.mqtt import Link
from testing.private_broker import PrivateBroker
from tests.posko.operator.told import hub
from tests.support.mqtt import publish
from tests.support.waiting import take


def test_a_status_longer_than_an_alarm_may_be_arrives_whole(tmp_path: Path) -> None:
    told = hub(posts={f"kalibagor/pos-{number}": "ready" for number in range(400)})
    inbox = Inbox()
    with PrivateBroker(tmp_path) as broker:
        publish(broker, told.topic, "-r", "-q", "1", body=told.payload)
        link = Link(Broker(broker.host, broker.port, "desk"), subscriptions("situbondo"), None, inbox)
        link.start()
        take(inbox, Linked)
        received = take(inbox, Received)
        link.close()

    assert len(told.payload) > MAX_BYTES
    assert received == told
