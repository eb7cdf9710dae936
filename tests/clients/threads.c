/* threads.c - POSIX threads at work: a bounded queue, producers and consumers, a barrier.
 *
 * A client: it knows nothing of Postern. Each consumer adds up what it takes; the sum tells
 * whether an item was lost or taken twice. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define ITEMS 2000
#define SLOTS 8
#define PAIRS 4

static struct {
    pthread_mutex_t lock;
    pthread_cond_t not_full, not_empty;
    int slots[SLOTS], head, used;
} queue = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, { 0 }, 0, 0
};

static pthread_barrier_t ready;
/* Thread-local on purpose: a tp that is switched wrongly adds into somebody else's. */
static __thread long sum;

static void *
produce(void *arg)
{
    pthread_barrier_wait(&ready);
    for (int i = 1; i <= ITEMS; i++) {
        pthread_mutex_lock(&queue.lock);
        while (queue.used == SLOTS)
            pthread_cond_wait(&queue.not_full, &queue.lock);
        queue.slots[(queue.head + queue.used) % SLOTS] = i;
        queue.used++;
        pthread_cond_signal(&queue.not_empty);
        pthread_mutex_unlock(&queue.lock);
    }
    return arg;
}

static void *
consume(void *arg)
{
    pthread_barrier_wait(&ready);
    for (int i = 0; i < ITEMS; i++) {
        pthread_mutex_lock(&queue.lock);
        while (queue.used == 0)
            pthread_cond_wait(&queue.not_empty, &queue.lock);
        sum += queue.slots[queue.head];
        queue.head = (queue.head + 1) % SLOTS;
        queue.used--;
        pthread_cond_signal(&queue.not_full);
        pthread_mutex_unlock(&queue.lock);
    }
    *(long *)arg = sum;
    return arg;
}

int
main(void)
{
    pthread_t threads[2 * PAIRS];
    long sums[PAIRS] = { 0 }, total = 0;
    pthread_barrier_init(&ready, NULL, 2 * PAIRS);
    for (int i = 0; i < PAIRS; i++) {
        if (pthread_create(&threads[2 * i], NULL, produce, NULL) ||
            pthread_create(&threads[2 * i + 1], NULL, consume, &sums[i])) {
            perror("pthread_create");
            return 1;
        }
    }
    for (int i = 0; i < 2 * PAIRS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < PAIRS; i++)
        total += sums[i];
    printf("sum %ld, wanted %ld\n", total, PAIRS * (ITEMS * (ITEMS + 1L) / 2));
    return total != PAIRS * (ITEMS * (ITEMS + 1L) / 2);
}
