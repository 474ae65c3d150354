/* Agglomerate small groups by average evidence: the compiled twin of agglomerate.py, which says why.
 *
 * Sums are made in the order of the twin, so that both round alike.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double threshold, never;
    double margin, apart, tied, slack; /* of ambiguity */
    int64_t ambiguous;                 /* whether there is any */
    const double *bonus;               /* bits for each number of records of the larger cluster */
    /* How often each doubt counts, more often between several records, and for each beyond two. */
    const double *alone, *more, *further;
} rule;

/* One group at work; matrices of size by size, row after row. */
typedef struct {
    int64_t size, doubts;
    double *sums, *open, *beyond, *further, *means, *members;
    double *bits;       /* matrix after matrix, one for each doubt */
    uint8_t *settled;   /* likewise */
    uint8_t *held;
} group;

/* Fill a symmetric matrix from its upper triangle. */
#define FILL(matrix, values, size)                                                          \
    for (int64_t i = 0, k = 0; i < (size); i++)                                             \
        for (int64_t j = i + 1; j < (size); j++, k++)                                       \
            (matrix)[i * (size) + j] = (matrix)[j * (size) + i] = (values)[k];

static void close_cluster(group *g, int64_t cluster, double never) {
    for (int64_t i = 0; i < g->size; i++) g->sums[cluster * g->size + i] = g->sums[i * g->size + cluster] = never;
}

static void join_rows(double *matrix, int64_t size, int64_t keep, int64_t gone) {
    double *row = matrix + keep * size;
    const double *other = matrix + gone * size;
    for (int64_t i = 0; i < size; i++) row[i] += other[i];
    for (int64_t i = 0; i < size; i++) matrix[i * size + keep] = row[i];
}

/* Put the doubts about one cluster to those about another; a doubt that any pair settles is settled. */
static void join_doubts(group *g, const rule *r, int64_t keep, int64_t gone) {
    const int64_t size = g->size, cells = size * size;
    double *left = g->open + keep * size, *beyond = g->beyond + keep * size;
    double *further = g->further + keep * size;
    for (int64_t i = 0; i < size; i++) left[i] = beyond[i] = further[i] = 0.0;
    for (int64_t d = 0; d < g->doubts; d++) {
        double *bits = g->bits + d * cells;
        uint8_t *settled = g->settled + d * cells;
        join_rows(bits, size, keep, gone);
        for (int64_t i = 0; i < size; i++) settled[keep * size + i] |= settled[gone * size + i];
        for (int64_t i = 0; i < size; i++) {
            settled[i * size + keep] = settled[keep * size + i];
            const double unsettled = settled[keep * size + i] ? 0.0 : bits[keep * size + i];
            left[i] += r->alone[d] * unsettled;
            beyond[i] += r->more[d] * unsettled;
            further[i] += r->further[d] * unsettled;
        }
    }
    for (int64_t i = 0; i < size; i++) {
        g->open[i * size + keep] = left[i];
        g->beyond[i * size + keep] = beyond[i];
        g->further[i * size + keep] = further[i];
    }
}

/* Work out the evidence between clusters; return the first cell of the highest. */
static int64_t best_of(group *g, const rule *r) {
    const int64_t size = g->size;
    int64_t best = 0;
    for (int64_t i = 0; i < size; i++) {
        for (int64_t j = 0; j < size; j++) {
            const int64_t cell = i * size + j;
            const double pairs = g->members[i] * g->members[j];
            const int more = g->members[i] > g->members[j];
            const double larger = g->members[more ? i : j], smaller = g->members[more ? j : i];
            g->means[cell] = g->sums[cell] / pairs + r->bonus[(int64_t)larger];
            const double beyond = smaller > 1.0 ? g->beyond[cell] + (smaller - 2.0) * g->further[cell] : 0.0;
            if (g->doubts) g->means[cell] -= (g->open[cell] + beyond) / pairs;
            if (g->means[cell] > g->means[best]) best = cell;
        }
    }
    return best;
}

/* Tell whether a cluster about to be merged could as well join a third that the other is not. */
static int is_bridge(const group *g, const rule *r, int64_t bridge, int64_t other, double best) {
    const double *here = g->means + bridge * g->size, *there = g->means + other * g->size;
    const int lacking = best < r->threshold;
    if (g->members[bridge] > g->members[other]) return 0;
    for (int64_t i = 0; i < g->size; i++) {
        if (i == bridge || i == other || !(here[i] >= best - r->margin)) continue;
        if (lacking) return 1;
        if (!g->held[bridge] && here[i] + there[i] < r->apart && g->members[i] >= g->members[bridge]) return 1;
    }
    return 0;
}

static void settle(group *g, const rule *r, int64_t *labels) {
    const int64_t size = g->size;
    const double never = r->never * size * size;
    for (;;) {
        const int64_t cell = best_of(g, r), one = cell / size, two = cell % size;
        const double best = g->means[cell];
        if (!(best >= r->threshold - (r->ambiguous ? r->slack : 0.0))) return;
        const int64_t keep = one < two ? one : two, gone = one < two ? two : one;
        if (r->ambiguous) {
            const int first = is_bridge(g, r, keep, gone, best), second = is_bridge(g, r, gone, keep, best);
            if (first) close_cluster(g, keep, never);
            if (second) close_cluster(g, gone, never);
            /* Two clusters of several records are not joined on less. */
            const int few = best < r->threshold && g->members[keep] > 1.0 && g->members[gone] > 1.0;
            if (few) g->sums[keep * size + gone] = g->sums[gone * size + keep] = never;
            if (first || second || few) continue;
        }
        g->held[keep] |= g->held[gone];
        join_rows(g->sums, size, keep, gone);
        join_doubts(g, r, keep, gone);
        close_cluster(g, gone, never);
        g->sums[keep * size + keep] = never;
        g->members[keep] += g->members[gone];
        g->members[gone] = 1.0;
        for (int64_t i = 0; i < size; i++)
            if (labels[i] == gone) labels[i] = keep;
    }
}

/* Merge clusters of groups of one size.
 *
 * weights: Of the pairs of each group, group after group. bits: Likewise, doubt after doubt. settled: Likewise.
 * labels: Set to the lowest member of each member's cluster. Returns -1 if there is no memory.
 */
int64_t bnl_agglomerate(int64_t groups, int64_t size, const double *weights, int64_t doubts, const double *bits,
                        const uint8_t *settled, const rule *r, int64_t *labels) {
    const int64_t cells = size * size, pairs = size * (size - 1) / 2;
    double *room = malloc(((5 + doubts) * cells + size) * sizeof *room);
    uint8_t *flags = malloc(doubts * cells + size);
    if (!room || !flags) {
        free(room);
        free(flags);
        return -1;
    }
    group g = {size, doubts, room, room + cells, room + 2 * cells, room + 3 * cells, room + 4 * cells,
               room + (5 + doubts) * cells, room + 5 * cells, flags, flags + doubts * cells};
    for (int64_t n = 0; n < groups; n++, weights += pairs, labels += size) {
        memset(room, 0, ((5 + doubts) * cells) * sizeof *room);
        memset(flags, 0, doubts * cells + size);
        FILL(g.sums, weights, size);
        for (int64_t d = 0; d < doubts; d++) {
            FILL(g.bits + d * cells, bits + (d * groups + n) * pairs, size);
            FILL(g.settled + d * cells, settled + (d * groups + n) * pairs, size);
            for (int64_t i = 0; i < cells; i++)
                if (!g.settled[d * cells + i]) {
                    g.open[i] += r->alone[d] * g.bits[d * cells + i];
                    g.beyond[i] += r->more[d] * g.bits[d * cells + i];
                    g.further[i] += r->further[d] * g.bits[d * cells + i];
                }
        }
        for (int64_t i = 0; i < size; i++) {
            g.members[i] = 1.0;
            labels[i] = i;
            for (int64_t j = 0; j < size; j++)
                if (r->ambiguous && g.sums[i * size + j] >= r->tied) g.held[i] = 1;
            g.sums[i * size + i] = r->never * size * size;
        }
        settle(&g, r, labels);
    }
    free(room);
    free(flags);
    return 0;
}
