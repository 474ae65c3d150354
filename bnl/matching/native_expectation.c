/* What is expected of distinct patterns if an estimate is right: the compiled twin of a round in maximisation.py. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

enum { KINDS = 8 };

/* Share out each pattern's pairs among the kinds of pair, and count what levels each kind then shows.
 *
 * slots: For each pattern the levels it shows, one for each comparison. bits: Log2 likelihoods of all levels, KINDS
 * numbers of each. shares: Log2 shares of the kinds. found: As bits, room for the pairs of each level. sums: Room for
 * the pairs of each kind. Lanes beyond the kinds come out as they may. */
WIDE void bnl_expect(int64_t patterns, int64_t comparisons, int64_t levels, int64_t kinds, const int32_t *slots,
                     const double *counts, const double *bits, const double *shares, double *found, double *sums) {
    memset(found, 0, levels * KINDS * sizeof *found);
    memset(sums, 0, KINDS * sizeof *sums);
    for (int64_t i = 0; i < patterns; i++) {
        const int32_t *shown = slots + i * comparisons;
        double weight[KINDS];
        for (int k = 0; k < KINDS; k++) weight[k] = shares[k];
        for (int64_t j = 0; j < comparisons; j++) {
            const double *own = bits + (int64_t)shown[j] * KINDS;
            for (int k = 0; k < KINDS; k++) weight[k] += own[k];
        }
        double most = weight[0], total = 0.0;
        for (int64_t k = 1; k < kinds; k++) most = weight[k] > most ? weight[k] : most;
        for (int64_t k = 0; k < kinds; k++) total += weight[k] = exp2(weight[k] - most);
        for (int k = 0; k < KINDS; k++) weight[k] *= counts[i] / total;
        for (int k = 0; k < KINDS; k++) sums[k] += weight[k];
        for (int64_t j = 0; j < comparisons; j++) {
            double *own = found + (int64_t)shown[j] * KINDS;
            for (int k = 0; k < KINDS; k++) own[k] += weight[k];
        }
    }
}
