/* The floor: a C subscriber that writes down when each message came, on the node's clock, and does nothing else.
 * Usage: mosquitto PORT TOPIC [CA_FILE]. Prints "ready", then one line of seconds a message. Needs libmosquitto-dev. */
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void received(struct mosquitto *client, void *data, const struct mosquitto_message *message)
{
    struct timespec at;
    clock_gettime(CLOCK_BOOTTIME, &at);
    printf("%lld.%09ld\n", (long long)at.tv_sec, at.tv_nsec);
    fflush(stdout);
}

static void subscribed(struct mosquitto *client, void *data, int mid, int count, const int *qos)
{
    puts("ready");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        return 2;
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new(NULL, true, NULL);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    if (argc == 4 && mosquitto_tls_set(client, argv[3], NULL, NULL, NULL, NULL) != MOSQ_ERR_SUCCESS)
        return 1;
    mosquitto_message_callback_set(client, received);
    mosquitto_subscribe_callback_set(client, subscribed);
    if (mosquitto_connect(client, "localhost", atoi(argv[1]), 60) != MOSQ_ERR_SUCCESS)
        return 1;
    mosquitto_subscribe(client, NULL, argv[2], 1);
    return mosquitto_loop_forever(client, -1, 1) == MOSQ_ERR_SUCCESS ? 0 : 1;
}
