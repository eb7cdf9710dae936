/* cmdline.c - the kernel's words: `name` or `name=value`, separated by blanks.
 *
 * Double quotes keep blanks together, as in init="/bin/my init"; they are dropped. Of a word that
 * comes twice the last one counts: tools/run appends what the user gives to its own. Total like
 * fdt.c: any text gives an answer, and what does not fit is left out. Builds on the host too. */

#include "machine/machine.h"
#include "lib/string.h"

static char words[sizeof(machine.bootargs)]; /* each ends with a NUL, and there are empty ones */
static u32 length;

void
cmdline_init(const char *text)
{
    bool quoted = false;
    for (length = 0; *text && length < sizeof(words) - 1; text++) {
        /* Newlines too: QEMU takes -append from files as they are. */
        bool blank = *text == ' ' || *text == '\t' || *text == '\n';
        if (*text == '"')
            quoted = !quoted;
        else
            words[length++] = blank && !quoted ? '\0' : *text;
    }
    words[length] = '\0';
}

const char *
cmdline_get(const char *name)
{
    const char *found = NULL;
    size_t n = strlen(name);
    for (const char *word = words; word < words + length; word += strlen(word) + 1)
        if (strncmp(word, name, n) == 0 && (word[n] == '=' || (word[n] == '\0' && *word)))
            found = word + n + (word[n] == '=');
    return found;
}
