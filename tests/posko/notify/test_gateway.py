"""The way out of the house: what hangs at one address keeps nothing from another."""

from threading import Thread

from posko.notify.gateway import Gateway
from tests.support.sinks import HANGS, TAKES, WebHook

MANY = 33  # more than the most workers of a pool of Python's own making (concurrent.futures, 32)


def test_however_many_sendings_hang_another_address_gets_its_message() -> None:
    with WebHook(HANGS) as hanging, WebHook() as hook:
        gateway = Gateway(f"{hanging.url}?cto=300&rto=300")
        threads = [Thread(target=gateway.send, args=(f"message {number}", "body"), daemon=True)
                   for number in range(MANY)]
        for thread in threads:
            thread.start()
        try:
            assert hanging.wait_asked(MANY)
            assert Gateway(hook.url).send("message", "body") is None
        finally:
            hanging.behaviour = TAKES
            hanging.over.set()
            for thread in threads:
                thread.join()

    assert hook.titles == ["message"]
