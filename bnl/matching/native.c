/* Candidate pairs of ranges of rows, screened by a bound, in one pass; and what else wants a compiled loop.
 *
 * Everything here has a twin in Python (blocking.py, screen.py, screen_names.py, components.py) that gives the
 * very same numbers; tests hold one to the other. Bounds are sums of single precision in one order, so that
 * both round alike: compile without contraction of products and sums. No state is kept between calls.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define COUNTS_BITS __attribute__((target_clones("popcnt", "default")))
#else
#define COUNTS_BITS
#endif

/* Counts up with every change of what Python hands over. */
#define INTERFACE 1

typedef struct {
    const int32_t *rows, *ends, *places, *pointer;
} posting;

/* What one comparison adds to a bound, from words of either row; the words of each kind:
 * VALUE: code, own gain. KIN: code, own gain, code of the kin. FEW: short code. HELD: whether there is a value.
 * DATE: packed date, own gain. */
enum { VALUE, KIN, FEW, HELD, DATE };

typedef struct {
    int32_t kind, word;
    float most, far;
    const float *table;
} part;

typedef struct {
    int32_t further, learned, byname, no_given, no_family, initial;
} name_flags;

typedef struct {
    const int32_t *words;      /* of all rows, one row after another */
    int64_t width;             /* words of a row */
    const part *parts;
    int64_t n_parts;
    float floor;               /* what parts and names need to come to */
    float any_names;           /* the most that further names show */
    float most_names;          /* the most that other names show */
    const float *by_resemblance, *by_initial;
    const uint8_t *letters_needed;
    name_flags flag;
} screen;

/* The words of a row's names; parts follow. */
typedef struct {
    uint32_t letters[2], groups[2]; /* of the given and of the family name */
    uint32_t codes, sounds;         /* sixteen bits of each */
    int32_t flags;
    float equal[2];
} names;

enum { DAYS = 512, LENGTHS = 32 };

static inline float of_word(int32_t word) {
    float out;
    memcpy(&out, &word, sizeof out);
    return out;
}

static inline float shown(const part *p, const int32_t *one, const int32_t *two) {
    const int32_t a = one[p->word], b = two[p->word];
    switch (p->kind) {
    case FEW:
        return p->table[(a << 3) + b];
    case HELD:
        return a && b ? p->most : 0.0f;
    case DATE: {
        if ((a | b) < 0) return 0.0f;
        if (a == b) return of_word(one[p->word + 1]);
        int32_t apart = (a >> 9) - (b >> 9);
        if (apart < 0) apart = -apart;
        const int32_t kind = apart < 2 ? apart : apart < 10 ? 2 : apart == 10 ? 3 : 4;
        return p->table[(kind * DAYS + (a & (DAYS - 1))) * DAYS + (b & (DAYS - 1))];
    }
    default:
        if ((a | b) < 0) return 0.0f;
        if (a == b) return of_word(one[p->word + 1]);
        return p->kind == KIN && one[p->word + 2] != two[p->word + 2] ? p->far : p->most;
    }
}

static inline float shown_by_names(const screen *s, const names *one, const names *two) {
    const name_flags *flag = &s->flag;
    const int32_t either = one->flags | two->flags, differ = one->flags ^ two->flags;
    if (either & flag->further) return s->any_names;
    const uint32_t codes = one->codes ^ two->codes;
    const int same_given = (codes & 0xFFFF) == 0, same_family = (codes >> 16) == 0;
    const int same_first = (differ >> 10 & 31) == 0, same_last = (differ >> 15 & 31) == 0;
    const int32_t given = ((one->flags & 31) << 5) + (two->flags & 31) + same_first * LENGTHS * LENGTHS;
    const int32_t family = (one->flags & 0x3E0) + (two->flags >> 5 & 31) + same_last * LENGTHS * LENGTHS;
    const int crossed = (one->sounds & 0xFFFF) == (two->sounds >> 16) ||
                        (one->sounds >> 16) == (two->sounds & 0xFFFF);
    int place = __builtin_popcount(one->letters[0] & two->letters[0]) >= s->letters_needed[given];
    place |= ((one->groups[0] & two->groups[0]) != 0) << 1;
    place |= (same_given || (either & flag->no_given)) << 2;
    place |= (__builtin_popcount(one->letters[1] & two->letters[1]) >= s->letters_needed[family]) << 3;
    place |= ((one->groups[1] & two->groups[1]) != 0) << 4;
    place |= (same_family || (either & flag->no_family)) << 5;
    place |= ((one->flags & two->flags & flag->learned) || (either & flag->byname)) << 6;
    place |= crossed << 7;
    float out = either & flag->initial ? s->by_initial[(place & 0xFE) | same_first] : s->by_resemblance[place];
    if (same_given) out += one->equal[0];
    if (same_family) out += one->equal[1];
    return out;
}

static inline int may_reach(const screen *s, const int32_t *one, const int32_t *two) {
    float bound = 0.0f;
    for (int64_t i = 0; i < s->n_parts; i++) bound += shown(&s->parts[i], one, two);
    const float needed = s->floor - bound;
    if (needed > s->most_names) return 0;
    return shown_by_names(s, (const names *)one, (const names *)two) >= needed;
}

/* Sort ascending what is made of a few ascending runs. */
static void merge_runs(int32_t *values, int64_t size, int32_t *spare) {
    for (;;) {
        int64_t from = 0, to = 0;
        int runs = 0;
        while (from < size) {
            int64_t middle = from + 1, end;
            while (middle < size && values[middle - 1] <= values[middle]) middle++;
            runs++;
            if (middle == size) {
                memcpy(spare + to, values + from, (size - from) * sizeof *values);
                break;
            }
            end = middle + 1;
            while (end < size && values[end - 1] <= values[end]) end++;
            int64_t a = from, b = middle;
            while (a < middle && b < end) spare[to++] = values[a] <= values[b] ? values[a++] : values[b++];
            while (a < middle) spare[to++] = values[a++];
            while (b < end) spare[to++] = values[b++];
            from = end;
        }
        if (runs <= 1 && from == 0) return;
        memcpy(values, spare, size * sizeof *values);
    }
}

int64_t bnl_interface(void) { return INTERFACE; }

/* Find the distinct candidate pairs of some left rows, sorted by left then right row.
 *
 * rows: Number of rows. first, last: Range of left rows. boundary: Lowest right row that counts.
 * s: Screen, NULL for all pairs. left, right: Room for all pairs of the range, repeats counted.
 * looked_at: Set to the distinct pairs there are. Returns the pairs written, -1 if there is no memory.
 */
COUNTS_BITS
int64_t bnl_pairs(const posting *postings, int64_t n_postings, int64_t rows, int64_t first, int64_t last,
                  int64_t boundary, const screen *s, int64_t longest, int32_t *left, int32_t *right,
                  int64_t *looked_at) {
    enum { AHEAD = 12 };
    int32_t *seen = calloc(rows ? rows : 1, sizeof *seen);
    int32_t *spare = malloc((longest ? longest : 1) * sizeof *spare);
    int64_t written = 0, found = 0;
    if (!seen || !spare) {
        free(seen);
        free(spare);
        return -1;
    }
    for (int64_t row = first; row < last; row++) {
        int32_t *out = right + written;
        int64_t size = 0, kept = 0;
        for (int64_t i = 0; i < n_postings; i++) {
            const posting *p = &postings[i];
            for (int64_t at = p->pointer[row]; at < p->pointer[row + 1]; at++) {
                const int32_t *end = p->rows + p->ends[p->places[at]];
                for (const int32_t *other = p->rows + p->places[at] + 1; other < end; other++) {
                    if (*other < boundary || seen[*other] == row + 1) continue;
                    seen[*other] = row + 1;
                    out[size++] = *other;
                }
            }
        }
        found += size;
        if (s) {
            const int32_t *one = s->words + row * s->width;
            const int64_t early = size < AHEAD ? size : AHEAD;
            for (int64_t i = 0; i < early; i++) __builtin_prefetch(s->words + out[i] * s->width);
            for (int64_t i = 0; i < size; i++) {
                if (i + AHEAD < size) {
                    const int32_t *next = s->words + out[i + AHEAD] * s->width;
                    __builtin_prefetch(next);
                    __builtin_prefetch(next + 16);
                }
                const int32_t other = out[i];
                out[kept] = other;
                kept += may_reach(s, one, s->words + other * s->width);
            }
        } else {
            kept = size;
        }
        merge_runs(out, kept, spare);
        for (int64_t i = 0; i < kept; i++) left[written + i] = row;
        written += kept;
    }
    free(seen);
    free(spare);
    *looked_at = found;
    return written;
}

/* Label each row with the smallest row it is connected with. label: Room for all rows. */
void bnl_components(int64_t rows, const int32_t *left, const int32_t *right, int64_t edges, int64_t *label) {
    for (int64_t i = 0; i < rows; i++) label[i] = i;
    for (int64_t i = 0; i < edges; i++) {
        int64_t a = left[i], b = right[i];
        while (label[a] != a) a = label[a] = label[label[a]];
        while (label[b] != b) b = label[b] = label[label[b]];
        if (a < b) label[b] = a;
        else label[a] = b;
    }
    /* A root is below all that hang from it. */
    for (int64_t i = 0; i < rows; i++) label[i] = label[label[i]];
}
