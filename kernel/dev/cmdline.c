/* cmdline.c - the kernel's words: `name` or `name=value`, separated by blanks.
 *
 * Double quotes keep blanks together, as in init="/bin/my init"; they are dropped. Of a word that
 * comes twice the last one counts. Total like fdt.c: any text gives an answer, and what does not
 * fit is left out. Builds on the host too. */

#include "dev/machine.h"
#include "lib/print.h"
#include "lib/string.h"

#define MAX_WORDS 64

static char copy[sizeof(machine.bootargs)];
static const char *words[MAX_WORDS]; /* each ends with a NUL inside of `copy` */
static u32 word_count;

/* Newlines too: QEMU takes -append from files as they are. */
static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Moves the word that begins at *from to `to`, without its quotes. Returns where it ends. */
static char *
take_word(const char **from, char *to)
{
    bool quoted = false;
    for (; **from && (quoted || !is_blank(**from)); ++*from) {
        if (**from == '"')
            quoted = !quoted;
        else
            *to++ = **from;
    }
    return to;
}

void
cmdline_init(const char *text)
{
    strlcpy(copy, text, sizeof(copy));
    const char *from = copy;
    char *to = copy; /* never ahead of `from`: a word only shrinks, its NUL replaces the blank */
    word_count = 0;
    for (;;) {
        while (is_blank(*from))
            from++;
        if (!*from || word_count == MAX_WORDS)
            return;
        words[word_count++] = to;
        to = take_word(&from, to);
        if (*from)
            from++;
        *to++ = '\0';
    }
}

/* From behind, so that the last one counts: tools/run appends what the user gives to its own. */
const char *
cmdline_get(const char *name)
{
    size_t n = strlen(name);
    for (u32 i = word_count; i > 0; i--) {
        const char *word = words[i - 1];
        if (strncmp(word, name, n) != 0)
            continue;
        if (word[n] == '=')
            return word + n + 1;
        if (word[n] == '\0')
            return word + n;
    }
    return NULL;
}

s64
cmdline_number(const char *name, s64 otherwise)
{
    const char *value = cmdline_get(name);
    if (!value)
        return otherwise;
    const char *digits = value + (*value == '-');
    s64 n = 0;
    u32 length = 0;
    for (; digits[length] >= '0' && digits[length] <= '9' && length < 18; length++) /* fits */
        n = n * 10 + (digits[length] - '0');
    if (length == 0 || digits[length]) {
        pr_warn("kernel word %s=%s: not a number; taking %ld", name, value, otherwise);
        return otherwise;
    }
    return *value == '-' ? -n : n;
}
