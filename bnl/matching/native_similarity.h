/* What is known of each text of a lexicon, and how alike two are: as rapidfuzz says, in the same order of sums. */
#include <stdint.h>
#include <string.h>

/* One text; the last three are for names alone. */
typedef struct {
    uint64_t letters;  /* sketch, see sketches.py */
    float share;
    int32_t sound;
    uint32_t start;    /* of its characters */
    int32_t length;
    uint32_t flags;    /* which sets it has a member of */
    uint32_t spare;
} known;

enum { PREFIX = 4 };

static inline double from_counts(int64_t common, int64_t moved, int64_t n_one, int64_t n_two) {
    if (!common) return 0.0;
    double out = 0.0;
    out += (double)common / (double)n_one;
    out += (double)common / (double)n_two;
    out += ((double)common - (double)(moved / 2)) / (double)common;
    return out / 3.0;
}

static double jaro(const uint32_t *one, int64_t n_one, const uint32_t *two, int64_t n_two, uint8_t *used) {
    const int64_t longer = n_one > n_two ? n_one : n_two;
    const int64_t reach = longer > 3 ? longer / 2 - 1 : 0;
    uint8_t *matched = used + n_one;
    memset(used, 0, n_one + n_two);
    int64_t common = 0, moved = 0;
    for (int64_t j = 0; j < n_two; j++) {
        const int64_t from = j > reach ? j - reach : 0, to = j + reach + 1 < n_one ? j + reach + 1 : n_one;
        for (int64_t i = from; i < to; i++) {
            if (used[i] || one[i] != two[j]) continue;
            used[i] = matched[j] = 1;
            common++;
            break;
        }
    }
    for (int64_t i = 0, j = 0; j < n_two; j++) {
        if (!matched[j]) continue;
        while (!used[i]) i++;
        moved += one[i++] != two[j];
    }
    return from_counts(common, moved, n_one, n_two);
}

enum { BITS = 64, SLOTS = 256 };

/* The same for texts of at most 64 characters: a bit for each place, all places of a character at once. */
static double short_jaro(const uint32_t *one, int64_t n_one, const uint32_t *two, int64_t n_two) {
    /* Characters share slots; a place of another character in the slot is told apart where it is met. */
    uint64_t places[SLOTS], used = 0, matched = 0;
    for (int64_t j = 0; j < n_two; j++) places[two[j] % SLOTS] = 0;
    for (int64_t i = 0; i < n_one; i++) places[one[i] % SLOTS] = 0;
    for (int64_t i = 0; i < n_one; i++) places[one[i] % SLOTS] |= (uint64_t)1 << i;
    const int64_t longer = n_one > n_two ? n_one : n_two;
    const int64_t reach = longer > 3 ? longer / 2 - 1 : 0;
    int64_t common = 0, moved = 0;
    for (int64_t j = 0; j < n_two; j++) {
        const int64_t from = j > reach ? j - reach : 0, to = j + reach;
        if (from >= n_one) break;
        uint64_t open = places[two[j] % SLOTS] & ~used & ~(uint64_t)0 << from;
        if (to < BITS - 1) open &= ((uint64_t)1 << (to + 1)) - 1;
        while (open && one[__builtin_ctzll(open)] != two[j]) open &= open - 1;
        if (!open) continue;
        used |= open & -open;
        matched |= (uint64_t)1 << j;
        common++;
    }
    for (uint64_t left = used, right = matched; left; left &= left - 1, right &= right - 1)
        moved += one[__builtin_ctzll(left)] != two[__builtin_ctzll(right)];
    return from_counts(common, moved, n_one, n_two);
}

/* Return the Jaro-Winkler similarity of two texts, 0 where their letters tell that they are not alike.
 *
 * text: Characters of all texts. needed, needed_boosted: See sketches.py. used: Room for both lengths. */
static inline float jaro_winkler(const known *a, const known *b, const uint32_t *text, float needed,
                                 float needed_boosted, uint8_t *used) {
    const float common = (float)__builtin_popcountll(a->letters & b->letters);
    const float shared = common * (a->share + b->share);
    if (shared < needed_boosted) return 0.0f;
    const uint32_t *one = text + a->start, *two = text + b->start;
    if (shared < needed && *one != *two) return 0.0f;
    double out = a->length <= BITS && b->length <= BITS ? short_jaro(one, a->length, two, b->length)
                                                         : jaro(one, a->length, two, b->length, used);
    if (out > 0.7) {
        int same = 0;
        while (same < PREFIX && same < a->length && same < b->length && one[same] == two[same]) same++;
        out += (double)same * 0.1 * (1.0 - out);
    }
    return (float)out;
}
