/* How alike pairs of values of one lexicon are: the compiled twin of similarity.py. */
#include <stdlib.h>

#include "native_similarity.h"

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Write the Jaro-Winkler similarity of pairs of values, 0 where it is below a bound.
 *
 * of, text: The values. longest: Characters of the longest. needed, needed_boosted: See sketches.py. scores: Room
 * for all pairs. Returns -1 if there is no memory. */
int64_t bnl_alike(int64_t pairs, const int32_t *one, const int32_t *two, const known *of, const uint32_t *text,
                  int64_t longest, float bound, float needed, float needed_boosted, float *scores) {
    uint8_t *used = malloc(2 * longest + 1);
    if (!used) return -1;
    for (int64_t i = 0; i < pairs; i++) {
        const int32_t low = one[i] < two[i] ? one[i] : two[i], high = one[i] < two[i] ? two[i] : one[i];
        const float found = jaro_winkler(of + low, of + high, text, needed, needed_boosted, used);
        scores[i] = found < bound ? 0.0f : found;
    }
    free(used);
    return 0;
}

/* Insertions, deletions, substitutions and transpositions of neighbours that lead from one text to another, no
 * part edited twice; one more than a bound where there are more. rows: Room for three times one more than the
 * longest. */
static int64_t edits(const uint32_t *one, int64_t n_one, const uint32_t *two, int64_t n_two, int64_t bound,
                     int64_t *rows) {
    int64_t *before = rows, *last = rows + n_two + 1, *now = last + n_two + 1;
    for (int64_t j = 0; j <= n_two; j++) last[j] = j;
    for (int64_t i = 1; i <= n_one; i++) {
        int64_t lowest = now[0] = i;
        for (int64_t j = 1; j <= n_two; j++) {
            int64_t found = least(last[j - 1] + (one[i - 1] != two[j - 1]), 1 + least(last[j], now[j - 1]));
            if (i > 1 && j > 1 && one[i - 1] == two[j - 2] && one[i - 2] == two[j - 1])
                found = least(found, before[j - 2] + 1);
            now[j] = found;
            lowest = least(lowest, found);
        }
        /* A transposition reaches back two rows, and adds one. */
        if (lowest > bound + 1) return bound + 1;
        int64_t *spare = before;
        before = last, last = now, now = spare;
    }
    return least(last[n_two], bound + 1);
}

/* Write how many edits pairs of values are apart, one more than a bound where there are more; else as above. */
int64_t bnl_edits(int64_t pairs, const int32_t *one, const int32_t *two, const known *of, const uint32_t *text,
                  int64_t longest, int64_t bound, float *scores) {
    int64_t *rows = malloc(3 * (longest + 1) * sizeof *rows);
    if (!rows) return -1;
    for (int64_t i = 0; i < pairs; i++) {
        const known *a = of + one[i], *b = of + two[i];
        const int64_t changed = __builtin_popcountll(a->letters ^ b->letters);
        const int64_t longer = a->length < b->length ? b->length - a->length : a->length - b->length;
        scores[i] = changed > 2 * bound || longer > bound
                        ? (float)(bound + 1)
                        : (float)edits(text + a->start, a->length, text + b->start, b->length, bound, rows);
    }
    free(rows);
    return 0;
}
