"""`make test-cluster`: RabbitMQ itself, one node and three that are one broker, with the accounts that we provision."""
