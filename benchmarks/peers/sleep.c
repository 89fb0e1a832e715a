/* The floor of strokes: sleeps until absolute instants, under SCHED_FIFO where that is permitted.
 * Usage: sleep PERIOD_MS COUNT. Prints "fifo" or "refused", then for each instant how many nanoseconds late it woke. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

static const long SECOND = 1000000000L;

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    long period = atol(argv[1]) * 1000000L, count = atol(argv[2]);
    struct sched_param priority = {.sched_priority = 20};
    puts(sched_setscheduler(0, SCHED_FIFO, &priority) == 0 ? "fifo" : "refused");
    mlockall(MCL_CURRENT | MCL_FUTURE);
    struct timespec due, woke;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (long each = 0; each < count; each++) {
        due.tv_nsec += period;
        due.tv_sec += due.tv_nsec / SECOND;
        due.tv_nsec %= SECOND;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        clock_gettime(CLOCK_MONOTONIC, &woke);
        printf("%ld\n", (woke.tv_sec - due.tv_sec) * SECOND + woke.tv_nsec - due.tv_nsec);
        fflush(stdout);
    }
    return 0;
}
