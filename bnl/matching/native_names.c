/* Given, family and middle names of pairs of rows: the compiled twin of compare_names.py, which says why.
 *
 * Levels are numbered as in levels.py. Similarities are those of rapidfuzz, rounded to single precision.
 */
#include <stdlib.h>

#include "native_similarity.h"

enum { AHEAD = 12, SOON = 5, SET = 16 };
enum { MISSING, ELSE };
enum { G_BYNAME = 2, G_WEAK, G_SIMILAR, G_CLOSE, G_SOUND, G_VARIANT, G_SPELLING, G_LEARNED, G_INITIAL, G_MIDDLE,
       G_ALIAS, G_CROSS, G_SWAPPED, G_EXACT };
enum { F_WEAK = 2, F_SIMILAR, F_SOUND, F_CLOSE, F_SPELLING, F_PART_SOUND, F_PART, F_FORMER, F_EXACT };
enum { M_INITIAL = 2, M_SIMILAR, M_EXACT };

/* Codes of all rows, some slots each; without any where the column holds nothing. */
typedef struct {
    const int32_t *codes;
    int64_t width;
} column;

enum { GROUPS = 1, SPELLINGS = 2, BYNAME = 4, ENGLISH = 8, CHINESE_FAMILY = 16, CHINESE = 32 };

typedef struct {
    const known *of;
    const uint32_t *text;
    const int16_t *groups, *spellings;
    float needed, needed_boosted;   /* of the letters in common */
    float weak, similar, close, exchanged;
    int64_t longest;                /* characters of the longest name */
    uint8_t *spare;                 /* room for twice as many */
} lexicon;

typedef struct {
    column given, joined, family, part, middle, alt_given, alt_family;
    const int64_t *learned;         /* packed pairs, ascending */
    int64_t n_learned;
    lexicon names;
} names;

/* The names of one row in some columns. */
typedef struct {
    const int32_t *codes;
    int64_t size;
} few;

static inline few of_row(const column *c, int64_t row) {
    const few out = {c->codes + row * c->width, c->width};
    return out;
}

static inline int32_t first_of(const column *c, int64_t row) { return c->width ? c->codes[row * c->width] : -1; }

/* Return the Jaro-Winkler similarity of two names, 0 where it is below what counts as weak. */
static float alike(const lexicon *names, int32_t a, int32_t b) {
    const known *low = names->of + (a < b ? a : b), *high = names->of + (a < b ? b : a);
    const float out = jaro_winkler(low, high, names->text, names->needed, names->needed_boosted, names->spare);
    return out < names->weak ? 0.0f : out;
}

static inline int grade(const lexicon *names, float score) {
    return (score >= names->weak) + (score >= names->similar) + (score >= names->close);
}

static inline int sound_alike(const lexicon *names, int32_t a, int32_t b) {
    return names->of[a].sound >= 0 && names->of[a].sound == names->of[b].sound;
}

/* Tell whether two present names have a member of their sets of one kind in common; sets end with -1. */
static int share(const lexicon *names, uint32_t kind, int32_t a, int32_t b) {
    if (!(names->of[a].flags & names->of[b].flags & kind)) return 0;
    const int16_t *sets = kind == GROUPS ? names->groups : names->spellings;
    const int16_t *one = sets + (int64_t)a * SET, *two = sets + (int64_t)b * SET;
    for (int i = 0; i < SET && one[i] >= 0; i++)
        for (int j = 0; j < SET && two[j] >= 0; j++)
            if (one[i] == two[j]) return 1;
    return 0;
}

static inline int has(few names, int32_t code) {
    for (int64_t i = 0; i < names.size; i++)
        if (names.codes[i] == code) return code >= 0;
    return 0;
}

static inline int meet(few one, few two) {
    for (int64_t i = 0; i < one.size; i++)
        if (has(two, one.codes[i])) return 1;
    return 0;
}

/* Tell whether a name is among others, or its sound, or a spelling of it. */
static int has_alike(const lexicon *names, few others, int32_t code) {
    if (code < 0) return 0;
    for (int64_t i = 0; i < others.size; i++) {
        const int32_t other = others.codes[i];
        if (other < 0) continue;
        if (other == code || sound_alike(names, code, other) || share(names, SPELLINGS, code, other)) return 1;
    }
    return 0;
}

static inline int meet_alike(const lexicon *names, few one, few two) {
    for (int64_t i = 0; i < one.size; i++)
        if (has_alike(names, two, one.codes[i])) return 1;
    return 0;
}

static inline int present(few names) {
    int out = 0;
    for (int64_t i = 0; i < names.size; i++) out += names.codes[i] >= 0;
    return out;
}

static inline int is_learned(const names *n, int32_t a, int32_t b) {
    const int64_t key = (int64_t)(a < b ? a : b) << 32 | (uint32_t)(a < b ? b : a);
    int64_t low = 0, high = n->n_learned;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (n->learned[middle] < key) low = middle + 1;
        else high = middle;
    }
    return low < n->n_learned && n->learned[low] == key;
}

static inline int initials(const lexicon *names, int32_t a, int32_t b, int agree, int otherwise) {
    const known *one = names->of + a, *two = names->of + b;
    if (one->length > 1 && two->length > 1) return otherwise;
    return names->text[one->start] == names->text[two->start] ? agree : ELSE;
}

/* Tell whether an English given name meets a Chinese one, beside a Chinese family name each. */
static int adopted(const names *n, int64_t l, int64_t r) {
    const uint32_t a = n->names.of[first_of(&n->given, l)].flags, b = n->names.of[first_of(&n->given, r)].flags;
    const int32_t one = first_of(&n->family, l), two = first_of(&n->family, r);
    if (!((a & ENGLISH && b & CHINESE) || (b & ENGLISH && a & CHINESE)) || (one | two) < 0) return 0;
    return (n->names.of[one].flags & n->names.of[two].flags & CHINESE_FAMILY) != 0;
}

/* Tell whether any part of the given names of a row is a by-name. */
static int has_byname(const names *n, int64_t row) {
    const few middle = of_row(&n->middle, row);
    int out = (n->names.of[first_of(&n->given, row)].flags & BYNAME) != 0;
    for (int64_t i = 0; i < middle.size; i++)
        out |= middle.codes[i] >= 0 && n->names.of[middle.codes[i]].flags & BYNAME;
    return out;
}

/* Recognise names that stand among the further names of the other side, and by-names there. */
static int further_level(const names *n, int64_t l, int64_t r, int level) {
    if ((first_of(&n->middle, l) & first_of(&n->middle, r)) < 0) return level;
    const few middle[2] = {of_row(&n->middle, l), of_row(&n->middle, r)};
    if (has_alike(&n->names, middle[1], first_of(&n->given, l)) ||
        has_alike(&n->names, middle[0], first_of(&n->given, r)))
        return G_MIDDLE;
    return level <= G_WEAK && has_byname(n, l) != has_byname(n, r) ? G_BYNAME : level;
}

static int given_level(const names *n, int64_t l, int64_t r) {
    static const int by_grade[] = {ELSE, G_WEAK, G_SIMILAR, G_CLOSE};
    const lexicon *names = &n->names;
    const int32_t a = first_of(&n->given, l), b = first_of(&n->given, r);
    if ((a | b) < 0) return MISSING;
    const int32_t whole_a = first_of(&n->joined, l), whole_b = first_of(&n->joined, r);
    if (a == b || whole_a == whole_b) return G_EXACT;
    const int spelt = grade(names, alike(names, a, b));
    int level = by_grade[spelt];
    if ((spelt == 1 || spelt == 2) && sound_alike(names, a, b)) level = G_SOUND;
    if (level <= G_WEAK && ((names->of[a].flags ^ names->of[b].flags) & BYNAME || adopted(n, l, r)))
        level = G_BYNAME;
    if (share(names, GROUPS, a, b)) level = G_VARIANT;
    if (share(names, SPELLINGS, a, b)) level = G_SPELLING;
    if ((whole_a | whole_b) >= 0 && (whole_a != a || whole_b != b) && level < G_SPELLING) {
        int joined = alike(names, whole_a, whole_b) >= names->close ? G_CLOSE : ELSE;
        if (share(names, GROUPS, whole_a, whole_b)) joined = G_VARIANT;
        if (share(names, SPELLINGS, whole_a, whole_b)) joined = G_SPELLING;
        if (joined > level) level = joined;
    }
    level = initials(names, a, b, G_INITIAL, level);
    return level < G_CLOSE ? further_level(n, l, r, level) : level;
}

/* Tell whether each name of the side that has fewer has its like on the other. */
static int all_alike(const lexicon *names, few one, few two) {
    const int fewer = present(two) < present(one);
    const few small = fewer ? two : one, large = fewer ? one : two;
    for (int64_t i = 0; i < small.size; i++)
        if (small.codes[i] >= 0 && !has_alike(names, large, small.codes[i])) return 0;
    return 1;
}

/* Recognise family names of which a part agrees, wherever in the other name it stands. */
static int parts_level(const names *n, int64_t l, int64_t r, int level) {
    const lexicon *names = &n->names;
    const few parts[2] = {of_row(&n->part, l), of_row(&n->part, r)};
    const few middle[2] = {of_row(&n->middle, l), of_row(&n->middle, r)};
    const int32_t family[2] = {first_of(&n->family, l), first_of(&n->family, r)};
    int sounds = 0, agrees = 0;
    for (int side = 0; side < 2 && !agrees; side++) {
        const few elsewhere[2] = {parts[!side], middle[!side]};
        for (int i = 0; i < 2; i++) {
            agrees |= has(elsewhere[i], family[side]) || meet(parts[side], elsewhere[i]);
            sounds |= agrees || has_alike(names, elsewhere[i], family[side]) ||
                      meet_alike(names, parts[side], elsewhere[i]);
        }
    }
    if (!sounds) return level;
    if (agrees) level = F_PART;
    else if (level < F_PART_SOUND) level = F_PART_SOUND;
    const int several[2] = {present(parts[0]) > 0, present(parts[1]) > 0};
    if (several[0] && several[1] && all_alike(names, parts[0], parts[1])) level = F_SPELLING;
    if (several[0] != several[1]) {
        /* Where a whole name is written in one box, all but the last part of a family name seem given names. */
        const few whole = parts[several[1]], lacking = middle[several[0]];
        const few last = {family + several[0], 1};
        int found = lacking.size && lacking.codes[0] >= 0;
        for (int64_t i = 0; i < whole.size && found; i++)
            found = whole.codes[i] < 0 || has_alike(names, last, whole.codes[i]) ||
                    has_alike(names, lacking, whole.codes[i]);
        if (found) level = F_SPELLING;
    }
    return level;
}

static int family_level(const names *n, int64_t l, int64_t r) {
    static const int by_grade[] = {ELSE, F_WEAK, F_SIMILAR, F_CLOSE};
    const lexicon *names = &n->names;
    const int32_t a = first_of(&n->family, l), b = first_of(&n->family, r);
    if ((a | b) < 0) return MISSING;
    if (a == b) return F_EXACT;
    const int spelt = grade(names, alike(names, a, b));
    int level = by_grade[spelt];
    if ((spelt == 1 || spelt == 2) && sound_alike(names, a, b)) level = F_SOUND;
    if (share(names, SPELLINGS, a, b)) level = F_SPELLING;
    return parts_level(n, l, r, level);
}

/* Tell whether the given name of one row sounds like the family name of another, or a part of it. */
static int heard_elsewhere(const names *n, int64_t one, int64_t two) {
    const lexicon *names = &n->names;
    const int32_t code = first_of(&n->given, one);
    if (code < 0) return 0;
    const few there[2] = {of_row(&n->family, two), of_row(&n->part, two)};
    for (int i = 0; i < 2; i++)
        for (int64_t j = 0; j < there[i].size; j++)
            if (there[i].codes[j] >= 0 && sound_alike(names, code, there[i].codes[j])) return 1;
    return 0;
}

static inline int known_form(const lexicon *names, int32_t a, int32_t b) {
    return (a | b) >= 0 && share(names, GROUPS, a, b);
}

/* Recognise given and family names in each other's column; family then says no more. */
static void exchange(const names *n, int64_t l, int64_t r, uint8_t *given, uint8_t *family) {
    const lexicon *names = &n->names;
    const int32_t g[2] = {first_of(&n->given, l), first_of(&n->given, r)};
    const int32_t f[2] = {first_of(&n->family, l), first_of(&n->family, r)};
    const int straight = f[1] >= 0 && (g[0] == f[1] || first_of(&n->joined, l) == f[1]);
    const int back = f[0] >= 0 && (g[1] == f[0] || first_of(&n->joined, r) == f[0]);
    /* The part on each side that did not find its counterpart. */
    const int32_t one = straight ? f[0] : g[0], two = straight ? g[1] : f[1];
    const int one_way = straight != back;
    int swapped = one_way && (one | two) >= 0 && alike(names, one, two) >= names->exchanged;
    if (!swapped) {
        int there = straight || heard_elsewhere(n, l, r), here = back || heard_elsewhere(n, r, l);
        if (here && !there) there = known_form(names, g[0], f[1]);
        if (there && !here) here = known_form(names, g[1], f[0]);
        swapped = there && here;
    }
    const int lone = one_way && !swapped && (one | two) < 0 && *family <= F_WEAK;
    if (swapped || lone) {
        *given = swapped ? G_SWAPPED : G_CROSS;
        *family = MISSING;
    }
}

/* Tell whether an alias or a former name is like a name of the other side, or one of its own kind. */
static inline int alternates(const lexicon *names, const column *other, const column *own, int64_t l, int64_t r) {
    if (!other->width) return 0;
    const few one = of_row(other, l), two = of_row(other, r);
    return has_alike(names, one, first_of(own, r)) || has_alike(names, two, first_of(own, l)) || meet(one, two);
}

static int learned_level(const names *n, int64_t l, int64_t r, int level) {
    const int32_t a = first_of(&n->given, l), b = first_of(&n->given, r);
    if ((level != ELSE && level != G_WEAK && level != G_SIMILAR) || (a | b) < 0) return level;
    if (a != b && is_learned(n, a, b)) return G_LEARNED;
    if (level != G_SIMILAR && is_learned(n, a, a) != is_learned(n, b, b)) return G_BYNAME;
    return level;
}

static int middle_level(const names *n, int64_t l, int64_t r) {
    const lexicon *names = &n->names;
    const int32_t a = first_of(&n->middle, l), b = first_of(&n->middle, r);
    if ((a | b) < 0) return MISSING;
    if (meet(of_row(&n->middle, l), of_row(&n->middle, r))) return M_EXACT;
    const int level = initials(names, a, b, M_INITIAL, alike(names, a, b) >= names->similar ? M_SIMILAR : ELSE);
    return level == ELSE && (names->of[a].flags | names->of[b].flags) & BYNAME ? MISSING : level;
}

/* Compare the names of pairs. given, family, middle: Room for all pairs. Returns -1 if there is no memory. */
int64_t bnl_names(int64_t pairs, const int32_t *left, const int32_t *right, const names *of, uint8_t *given,
                  uint8_t *family, uint8_t *middle) {
    const column *columns[] = {&of->given, &of->joined, &of->family, &of->middle};
    names own = *of;
    const names *n = &own;
    own.names.spare = malloc(2 * of->names.longest + 1);
    if (!own.names.spare) return -1;
    for (int64_t i = 0; i < pairs; i++) {
        const int64_t l = left[i], r = right[i];
        for (int c = 0; c < 4 && i + AHEAD < pairs; c++)
            __builtin_prefetch(columns[c]->codes + right[i + AHEAD] * columns[c]->width);
        if (i + SOON < pairs) {
            const int32_t next[] = {first_of(&n->given, right[i + SOON]), first_of(&n->family, right[i + SOON])};
            for (int c = 0; c < 2; c++)
                if (next[c] >= 0) __builtin_prefetch(n->names.of + next[c]);
        }
        given[i] = given_level(n, l, r);
        family[i] = family_level(n, l, r);
        if (given[i] <= G_WEAK && family[i] < F_EXACT) exchange(n, l, r, given + i, family + i);
        if (given[i] < G_CLOSE && alternates(&n->names, &n->alt_given, &n->given, l, r)) given[i] = G_ALIAS;
        if (family[i] < F_CLOSE && alternates(&n->names, &n->alt_family, &n->family, l, r)) family[i] = F_FORMER;
        if (n->n_learned) given[i] = learned_level(n, l, r, given[i]);
        middle[i] = middle_level(n, l, r);
    }
    free(own.names.spare);
    return 0;
}
