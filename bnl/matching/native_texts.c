/* What is made of texts: sound keys of folded names of plain letters, and sketches of letters.
 *
 * The compiled twins of phonetic.py and sketches.py, which say what they are for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One way for a rule to find something: a text, and what must follow or go before.
 *
 * follows: NULL for anything; "" for the end; "+abc" for one of these, "-abc" for any other but the end; with "$"
 * in front the end will do as well.
 */
typedef struct {
    const char *text, *follows;
    int at_start, after_vowel;
} finding;

enum { WAYS = 8 };

typedef struct {
    const char *sound;
    finding ways[WAYS];
} rule;

static const rule RULES[] = {
    {"n", {{"kn", 0, 1, 0}, {"gn", 0, 1, 0}, {"ng", 0, 1, 0}}},
    {"r", {{"wr", 0, 1, 0}}},
    {"s", {{"ps", 0, 1, 0}}},
    {"f", {{"pf", 0, 1, 0}}},
    {"w", {{"wh", 0, 1, 0}}},
    {"S", {{"x", "+aeiouy", 1, 0}}},
    {"mk", {{"mac", "-aeiouykh", 1, 0}}},
    {"o", {{"eaux", "", 0, 0}, {"eau", "", 0, 0}, {"ieux", "", 0, 0}}},
    {"J", {{"dzh", 0, 0, 0}, {"dsch", 0, 0, 0}, {"dj", 0, 0, 0}, {"zh", 0, 0, 0}}},
    {"X", {{"schtsch", 0, 0, 0}, {"shch", 0, 0, 0}, {"szcz", 0, 0, 0}, {"tsch", 0, 0, 0}, {"tsh", 0, 0, 0}, {"tch", 0, 0, 0}}},
    {"X", {{"sch", "+rlmnw", 0, 0}}},
    {"X", {{"sch", 0, 0, 0}, {"sh", 0, 0, 0}, {"sz", 0, 0, 0}}},
    {"K", {{"ch", "+rlnmt", 0, 0}, {"ch", "=ael", 0, 0}, {"ch", "=ail", 0, 0}, {"ch", "=iel", 0, 0}}},
    {"X", {{"cz", 0, 0, 0}, {"ch", 0, 0, 0}, {"tj", "+aeiou", 0, 0}}},
    {"a", {{"augh", 0, 0, 0}, {"ough", 0, 0, 0}, {"eigh", 0, 0, 0}, {"igh", "$+tns", 0, 0}}},
    {"u", {{"ugh", "", 0, 0}}},
    {"g", {{"gh", 0, 0, 0}}},
    {"K", {{"kh", 0, 0, 0}, {"ck", 0, 0, 0}, {"cq", 0, 0, 0}, {"qu", 0, 0, 0}, {"q", 0, 0, 0}}},
    {"F", {{"ph", 0, 0, 0}, {"bh", "$-aeiouy", 0, 0}, {"mh", "$-aeiouy", 0, 0}}},
    {"t", {{"th", 0, 0, 0}, {"dh", 0, 0, 0}, {"tt", 0, 0, 0}, {"dd", 0, 0, 0}}},
    {"S", {{"ts", 0, 0, 0}, {"tz", 0, 0, 0}, {"ds", 0, 0, 0}, {"dz", 0, 0, 0}}},
    {"KS", {{"x", 0, 0, 0}}},
    {"S", {{"c", "+eiy", 0, 0}}},
    {"K", {{"c", 0, 0, 0}}},
    {"J", {{"g", "+eiy", 0, 0}}},
    {"n", {{"gn", 0, 0, 0}}},
    {"w", {{"ou", "+aei", 1, 0}, {"u", "+aei", 1, 0}}},
    {"J", {{"y", "+aeou", 1, 0}, {"i", "+aeou", 1, 0}, {"j", "+aeou", 1, 0}}},
    {"", {{"w", "$-aeiouy", 0, 1}}},
    {"J", {{"j", "+aeiouy", 0, 0}}},
};
enum { N_RULES = sizeof RULES / sizeof *RULES };

static inline int is_in(char letter, const char *letters) { return letter && strchr(letters, letter) != NULL; }

/* Return the length of what a way finds at a place of a text that ends with 0; 0 for nothing. */
static int found(const finding *way, const char *text, int64_t at) {
    if (text[at] != *way->text || (way->at_start && at)) return 0;
    const int64_t length = strlen(way->text);
    if (strncmp(text + at, way->text, length)) return 0;
    if (way->after_vowel && !(at && is_in(text[at - 1], "aeiou"))) return 0;
    const char *wanted = way->follows, *rest = text + at + length;
    if (!wanted) return length;
    if (!*rest) return *wanted == 0 || *wanted == '$' ? length : 0;
    if (!*wanted) return 0;
    if (*wanted == '$') wanted++;
    if (*wanted == '=') return strncmp(rest, wanted + 1, strlen(wanted + 1)) ? 0 : length;
    return is_in(*rest, wanted + 1) == (*wanted == '+') ? length : 0;
}

static inline uint32_t bit_of(char letter) { return letter >= 'a' && letter <= 'z' ? 1u << (letter - 'a') : 0; }

static uint32_t letters_of(const char *text) {
    uint32_t out = 0;
    for (; *text; text++) out |= bit_of(*text);
    return out;
}

/* Join the words of a name, without a leading Arabic article; return the length. */
static int64_t join_words(const char *name, int64_t length, char *out) {
    int64_t size = 0, from = 0;
    if (length > 3 && name[2] == ' ' && name[1] == 'l' && is_in(*name, "aeu")) from = 3;
    for (int64_t i = from; i < length; i++)
        if (name[i] != ' ') out[size++] = name[i];
    out[size] = 0;
    return size;
}

/* Put the sound of each letter in its place, then leave out repeated letters and silent ones. */
static int64_t sounds_of(char *text, int64_t size, char first, char *out) {
    static const char spelt[] = "kfvwszd", spoken[] = "KFFFSSt";
    int64_t written = 0;
    char before = 0;
    for (int64_t i = 0; i < size; i++) {
        const char *place = memchr(spelt, text[i], sizeof spelt - 1);
        char letter = place ? spoken[place - spelt] : text[i];
        if (i == 0 && letter == 'h') letter = 'H';
        else if (i == 0 && is_in(letter, "aeiouyj")) letter = 'A';
        if (letter == before) continue;
        before = letter;
        if (is_in(letter, "aeiouyhj")) continue;
        out[written++] = letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter;
    }
    if (written && first == 'd' && *out == 'T') *out = 'D';
    return written;
}

/* Write the sound keys of names, each ended by a line feed, as the names are.
 *
 * names: Folded, of ASCII alone. keys: Room for twice as many characters. Returns the characters written, -1 if
 * there is no memory.
 */
int64_t bnl_sounds(int64_t size, const char *names, char *keys) {
    uint32_t letters[N_RULES][WAYS], begins[N_RULES];
    char *text = malloc(2 * size + 1), *fresh = malloc(2 * size + 1);
    int64_t written = 0;
    if (!text || !fresh) {
        free(text);
        free(fresh);
        return -1;
    }
    for (int r = 0; r < N_RULES; r++) {
        begins[r] = 0;
        for (int w = 0; w < WAYS && RULES[r].ways[w].text; w++) {
            letters[r][w] = letters_of(RULES[r].ways[w].text);
            begins[r] |= bit_of(*RULES[r].ways[w].text);
        }
    }
    for (const char *name = names, *end = names + size; name < end; name++) {
        const char *stop = memchr(name, '\n', end - name);
        int64_t length = join_words(name, stop - name, text);
        const char first = *text;
        uint32_t held = letters_of(text);
        for (int r = 0; r < N_RULES; r++) {
            int useful = 0;
            for (int w = 0; w < WAYS && RULES[r].ways[w].text; w++) useful |= (letters[r][w] & ~held) == 0;
            if (!useful || (RULES[r].ways->at_start && !(begins[r] & bit_of(*text)))) continue;
            int64_t out = 0;
            for (int64_t at = 0; at < length;) {
                int taken = 0;
                for (int w = 0; begins[r] & bit_of(text[at]) && w < WAYS && RULES[r].ways[w].text && !taken; w++)
                    taken = found(&RULES[r].ways[w], text, at);
                if (!taken) {
                    fresh[out++] = text[at++];
                    continue;
                }
                for (const char *sound = RULES[r].sound; *sound; sound++) fresh[out++] = *sound;
                at += taken;
            }
            fresh[out] = 0;
            char *const old = text;
            text = fresh, fresh = old, length = out;
            held |= letters_of(RULES[r].sound);
        }
        written += sounds_of(text, length, first, keys + written);
        keys[written++] = '\n';
        name = stop;
    }
    free(text);
    free(fresh);
    return written;
}

enum { LETTERS = 26, REST = 62, LONG = 255, FEW = 2 };

static inline int bit_in_sketch(uint32_t letter) {
    if (letter >= 'a' && letter <= 'z') return letter - 'a';
    if (letter >= '0' && letter <= '9') return 2 * LETTERS + letter - '0';
    return REST;
}

/* Sketch texts, none of them empty. texts: One after another, in ASCII. lengths: Of each. enough: The share of
 * what is like anything. letters, shares, firsts: Room for all texts. */
void bnl_sketches(int64_t count, const uint8_t *texts, const int64_t *lengths, float enough, uint64_t *letters,
                  float *shares, uint8_t *firsts) {
    for (int64_t i = 0; i < count; texts += lengths[i++]) {
        uint64_t bits = 0;
        int64_t rest = 0;
        for (int64_t j = 0; j < lengths[i]; j++) {
            const int bit = bit_in_sketch(texts[j]);
            const uint64_t once = (uint64_t)1 << bit, twice = bit < LETTERS ? once << LETTERS : 0;
            if (bit == REST || (bits & once && (!twice || bits & twice))) rest++;
            else bits |= bits & once ? twice : once;
        }
        if (rest) bits |= (uint64_t)(rest > 1 ? 3 : 1) << REST;
        letters[i] = bits;
        shares[i] = rest > FEW || lengths[i] > LONG ? enough : (float)(1.0 / (double)lengths[i]);
        firsts[i] = *texts;
    }
}
