/* Candidate pairs of ranges of rows, screened by a bound, in one pass; and what else wants a compiled loop.
 *
 * Everything here has a twin in Python (blocking.py, screen.py, screen_names.py, components.py) that gives the
 * very same numbers; tests hold one to the other. Bounds are sums of single precision in one order, so that
 * both round alike: compile without contraction of products and sums. No state is kept between calls.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define COUNTS_BITS __attribute__((target_clones("popcnt", "default")))
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define COUNTS_BITS
#define WIDE
#endif

/* Counts up with every change of what Python hands over. */
#define INTERFACE 11

/* How many pairs ahead memory is asked for. */
enum { AHEAD = 12 };

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
    float most_names;          /* the most that any names show */
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
    /* No names show as much: they need not be looked at. */
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
            if (row + AHEAD < last) {
                const int64_t later = p->pointer[row + AHEAD];
                if (later < p->pointer[last]) {
                    __builtin_prefetch(p->ends + p->places[later]);
                    __builtin_prefetch(p->rows + p->places[later] + 1);
                }
            }
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

/* Compare the codes of one column: 0 where one is missing, exact where they are equal, else 1.
 *
 * codes: Of all rows, each stride after the last. other: As codes, of which equality is enough too, or NULL.
 * rest: Room for all pairs; set to the places of those that are neither. Returns how many.
 */
int64_t bnl_equal(int64_t pairs, const int32_t *left, const int32_t *right, const int32_t *codes, int64_t stride,
                  const int32_t *other, int64_t other_stride, uint8_t exact, uint8_t *level, int64_t *rest) {
    int64_t found = 0;
    for (int64_t i = 0; i < pairs; i++) {
        const int64_t one = left[i], two = right[i];
        if (i + AHEAD < pairs) __builtin_prefetch(codes + right[i + AHEAD] * stride);
        const int32_t a = codes[one * stride], b = codes[two * stride];
        const int missing = (a | b) < 0;
        const int equal = a == b || (other && other[one * other_stride] == other[two * other_stride]);
        level[i] = missing ? 0 : equal ? exact : 1;
        rest[found] = i;
        found += !missing && !equal;
    }
    return found;
}

/* Levels of dates, in the order of the levels handed over, which is that of levels.py. */
enum { DECADE, NEAR, NEW_YEARS, YEAR, PLACEHOLDER, DAY, MONTH, DECADE_OFF, DIGIT, SWAPPED, PARTIAL, DEFAULT, SAME };

static inline int apart_by_a_slip(const int32_t *a, const int32_t *b) {
    int one[8], two[8], differ = 0, first = 8;
    const int32_t *sides[2] = {a, b};
    int *digits[2] = {one, two};
    for (int side = 0; side < 2; side++) {
        const int32_t year = sides[side][0], month = sides[side][1], day = sides[side][2];
        int *d = digits[side];
        d[0] = year / 1000, d[1] = year / 100 % 10, d[2] = year / 10 % 10, d[3] = year % 10;
        d[4] = month / 10, d[5] = month % 10, d[6] = day / 10, d[7] = day % 10;
    }
    for (int i = 7; i >= 0; i--) {
        if (one[i] != two[i]) differ++, first = i;
    }
    if (differ == 1) return 1;
    return differ == 2 && first < 7 && one[first + 1] != two[first + 1] && one[first] == two[first + 1] &&
           one[first + 1] == two[first];
}

static inline uint8_t date_level(const int32_t *a, const int32_t *b, const uint8_t *levels) {
    const int whole = a[2] > 0 && b[2] > 0;
    const int year = a[0] == b[0], month = a[1] == b[1], day = a[2] == b[2];
    const int32_t gap = abs(a[0] - b[0]);
    const int32_t days = abs((a[0] - b[0]) * 365 + (a[1] - b[1]) * 30 + (a[2] - b[2]));
    const int new_year = (a[1] == 1 && a[2] == 1) || (b[1] == 1 && b[2] == 1);
    const int new_years = new_year && month && day;
    /* The strongest evidence first. */
    if (!whole && year && (month || a[1] == 0 || b[1] == 0)) return levels[PARTIAL];
    if (whole && year && a[1] == b[2] && a[2] == b[1]) return levels[SWAPPED];
    if (new_years && (gap == 1 || gap == 10 || apart_by_a_slip(a, b))) return levels[NEW_YEARS];
    if (whole && (year || month || day) && apart_by_a_slip(a, b)) return levels[DIGIT];
    if (whole && month && day && (gap == 1 || gap == 10)) return levels[DECADE_OFF];
    if (year && new_year && whole) return levels[PLACEHOLDER];
    if (whole && year && month) return levels[MONTH];
    if (year) return levels[YEAR];
    if (whole && month && day && !new_year) return levels[DAY];
    if (days <= 366) return levels[NEAR];
    if (gap <= 10) return levels[DECADE];
    return 1;
}

/* Compare dates. codes: Of all rows, each stride after the last. parts: Year, month and day of each code.
 * levels: Codes of the levels, in their order. level: Room for all pairs. */
void bnl_dates(int64_t pairs, const int32_t *left, const int32_t *right, const int32_t *codes, int64_t stride,
               const int32_t *parts, const uint8_t *levels, uint8_t *level) {
    for (int64_t i = 0; i < pairs; i++) {
        if (i + AHEAD < pairs) __builtin_prefetch(codes + right[i + AHEAD] * stride);
        const int32_t a = codes[left[i] * stride], b = codes[right[i] * stride];
        const int32_t *one = parts + 3 * (int64_t)a, *two = parts + 3 * (int64_t)b;
        if ((a | b) < 0) level[i] = 0;
        else if (a != b) level[i] = date_level(one, two, levels);
        else if (one[2] == 0) level[i] = levels[PARTIAL];
        else level[i] = one[1] == 1 && one[2] == 1 ? levels[DEFAULT] : levels[SAME];
    }
}

enum { LANES = 8, MOST_KINDS = 2 * LANES };

/* What the levels of one comparison weigh. */
typedef struct {
    const double *table;   /* log2 likelihoods, levels by kinds of pair, lanes to spare are 0 */
    const double *rarity;  /* log2 share of each value; NULL if frequency plays no part */
    int64_t values;
    double rarest;         /* of a value that was never seen */
    const uint8_t *exact;  /* which levels are of equal values */
    const double *chance;  /* log2 likelihood of each level among strangers */
    const int32_t *slots;  /* codes of all rows */
    int64_t width;         /* slots of a row */
    const double *bound;   /* 1 for kinds of pair in which agreement is by chance, else 0 */
    int64_t same;          /* whether values of a level of equality are the very same, so that one tells both */
} comparison;

/* Return the value two rows agree on, -1 if there is none. */
static inline int32_t agreed(const comparison *c, int64_t left, int64_t right) {
    const int32_t *a = c->slots + left * c->width, *b = c->slots + right * c->width;
    if (c->width == 1) return c->same || *a == *b ? *a : -1;
    int32_t value = -1;
    for (int64_t s = 0; s < c->width; s++)
        for (int64_t t = 0; t < c->width; t++)
            if (a[s] == b[t] && a[s] >= 0) value = a[s];
    return value;
}

/* Weigh pairs: log2 likelihoods of each kind of pair.
 *
 * levels: Comparison after comparison. shares: Where each kind begins, lanes to spare are 0. lanes: Kinds and those
 * to spare, a multiple of LANES. out: Room for kinds times pairs.
 */
WIDE void bnl_bits(int64_t pairs, const int32_t *left, const int32_t *right, const uint8_t *levels,
              const comparison *comparisons, int64_t n_comparisons, const double *shares, int64_t kinds,
              int64_t lanes, double *out) {
    for (int64_t i = 0; i < pairs; i++) {
        double sum[MOST_KINDS];
        for (int64_t k = 0; k < lanes; k++) sum[k] = shares[k];
        for (int64_t j = 0; j < n_comparisons; j++) {
            const comparison *c = &comparisons[j];
            const uint8_t level = levels[j * pairs + i];
            const double *table = c->table + level * lanes;
            if (c->rarity && i + AHEAD < pairs && c->exact[levels[j * pairs + i + AHEAD]]) {
                const int32_t value = c->slots[left[i + AHEAD] * c->width];
                if (value >= 0 && value < c->values) __builtin_prefetch(c->rarity + value);
                if (!c->same) __builtin_prefetch(c->slots + right[i + AHEAD] * c->width);
            }
            for (int64_t k = 0; k < lanes; k += LANES)
                for (int lane = 0; lane < LANES; lane++) sum[k + lane] += table[k + lane];
            if (!c->rarity || !c->exact[level]) continue;
            const int32_t value = agreed(c, left[i], right[i]);
            if (value < 0) continue;
            const double rare = (value < c->values ? c->rarity[value] : c->rarest) - c->chance[level];
            for (int64_t k = 0; k < lanes; k += LANES)
                for (int lane = 0; lane < LANES; lane++) sum[k + lane] += rare * c->bound[k + lane];
        }
        for (int64_t k = 0; k < kinds; k++) out[k * pairs + i] = sum[k];
    }
}

/* Make entries of rows that have all of some keys: a hash above a mask, the row below it. Returns how many. */
int64_t bnl_entries(int64_t rows, const int64_t *const *keys, const int64_t *factors, int64_t n_keys, int64_t mask,
                    int64_t *entries) {
    int64_t written = 0;
    for (int64_t row = 0; row < rows; row++) {
        uint64_t hash = 0;
        int64_t missing = 0;
        for (int64_t k = 0; k < n_keys; k++) {
            hash += (uint64_t)keys[k][row] * (uint64_t)factors[k];
            missing |= keys[k][row];
        }
        entries[written] = (int64_t)((hash & ~(uint64_t)mask) | (uint64_t)row);
        written += missing >= 0;
    }
    return written;
}

/* Count the pairs that each of some rows of some blocks starts, repeats counted, on top of what there is. */
void bnl_weights(const posting *blocks, int64_t first, int64_t last, int64_t *weights) {
    for (int64_t row = first; row < last; row++)
        for (int64_t at = blocks->pointer[row]; at < blocks->pointer[row + 1]; at++) {
            const int64_t place = blocks->places[at];
            weights[row] += blocks->ends[place] - place - 1;
        }
}

/* Sizes of the blocks of entries sorted by key, which are the bits above a mask. Returns how many there are. */
int64_t bnl_blocks(const int64_t *entries, int64_t count, int64_t mask, int32_t *sizes) {
    int64_t blocks = 0, start = 0;
    for (int64_t i = 1; i <= count; i++) {
        if (i < count && ((entries[i] ^ entries[start]) & ~mask) == 0) continue;
        sizes[blocks++] = i - start;
        start = i;
    }
    return blocks;
}

/* Lay out the blocks of two rows or more, but not more than cap.
 *
 * entries, mask: As above, rows below the mask. rows, ends, places: Room for all entries kept.
 * pointer: Room for one more than there are rows.
 */
void bnl_posting(const int64_t *entries, int64_t mask, const int32_t *sizes, int64_t blocks, int64_t cap,
                 int64_t count, int32_t *rows, int32_t *ends, int32_t *places, int32_t *pointer) {
    int64_t kept = 0, from = 0;
    memset(pointer, 0, (count + 1) * sizeof *pointer);
    for (int64_t i = 0; i < blocks; from += sizes[i++]) {
        if (sizes[i] < 2 || sizes[i] > cap) continue;
        const int64_t end = kept + sizes[i];
        for (int64_t j = from; kept < end; j++, kept++) {
            rows[kept] = entries[j] & mask;
            ends[kept] = end;
            pointer[rows[kept] + 1]++;
        }
    }
    for (int64_t row = 0; row < count; row++) pointer[row + 1] += pointer[row];
    /* Places of a row ascend; the pointers, moved on meanwhile, are moved back. */
    for (int64_t i = 0; i < kept; i++) places[pointer[rows[i]]++] = i;
    memmove(pointer + 1, pointer, count * sizeof *pointer);
    pointer[0] = 0;
}

/* Find pairs among others that are sorted by left then right row. pointer: Where those of each left row begin,
 * one more than there are rows. place: Set to where each pair is, -1 where it is not. */
void bnl_find(int64_t pairs, const int32_t *left, const int32_t *right, const int32_t *pointer,
              const int32_t *others, int64_t *place) {
    for (int64_t i = 0; i < pairs; i++) {
        int64_t low = pointer[left[i]], high = pointer[left[i] + 1];
        while (low < high) {
            const int64_t middle = (low + high) / 2;
            if (others[middle] < right[i]) low = middle + 1;
            else high = middle;
        }
        place[i] = low < pointer[left[i] + 1] && others[low] == right[i] ? low : -1;
    }
}

/* Give memory that is free back to the system, where the allocator would keep it for later. */
void bnl_give_back(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
