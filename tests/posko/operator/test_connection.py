"""What an operator's program subscribes to."""

from posko.operator.connection import subscriptions


def test_a_program_follows_every_post_and_the_hub() -> None:
    assert [each.topic for each in subscriptions("situbondo")] == [
        "kentongan/situbondo/posko/status", "kentongan/situbondo/posko/event",
        "kentongan/situbondo/+/node/+/status", "kentongan/situbondo/+/node/+/event", "kentongan/situbondo/active",
    ]


def test_of_an_account_of_villages_it_follows_their_posts_alone() -> None:
    assert [each.topic for each in subscriptions("situbondo", ["kalibagor"])] == [
        "kentongan/situbondo/posko/status", "kentongan/situbondo/posko/event",
        "kentongan/situbondo/kalibagor/node/+/status", "kentongan/situbondo/kalibagor/node/+/event",
        "kentongan/situbondo/active",
    ]
