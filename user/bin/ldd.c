/* ldd.c - prints the objects that a program is linked with, and their places.
 *
 *     ldd FILE...
 *
 * It asks the loader itself: the program is started with LD_TRACE_LOADED_OBJECTS set, which makes
 * its loader print the link map and leave. A program without a loader would run instead, so the
 * file's headers are read first. Addresses differ from start to start. Shape as of Linux's ldd. */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether the `size` bytes at `start`, the beginning of a file, name a loader. */
static bool
names_loader(const char *start, size_t size)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)start;
    if (size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    for (int i = 0; i < header->e_phnum; i++) {
        size_t at = header->e_phoff + i * sizeof(Elf64_Phdr);
        if (at > size - sizeof(Elf64_Phdr))
            return false;
        const Elf64_Phdr *segment = (const Elf64_Phdr *)(start + at);
        if (segment->p_type == PT_INTERP)
            return true;
    }
    return false;
}

/* Whether the file names a loader. False, with errno 0, for a file that is something else. */
static bool
has_loader(const char *path)
{
    _Alignas(Elf64_Ehdr) char start[2048];
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return false;
    ssize_t size = read(fd, start, sizeof(start));
    close(fd);
    if (size < 0)
        return false;
    errno = 0;
    return names_loader(start, size);
}

/* Starts the program so that only its loader runs. Returns the loader's status. */
static int
trace(char *path)
{
    int status = 0;
    fflush(stdout); /* or the child would print it again */
    pid_t child = fork();
    if (child == 0) {
        char *argv[] = { path, NULL };
        execve(path, argv, environ);
        fprintf(stderr, "ldd: %s: %s\n", path, strerror(errno));
        _exit(126);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0) {
        fprintf(stderr, "ldd: %s\n", strerror(errno));
        return 1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Returns 0 when the loader has shown the objects of the program. */
static int
show(char *path)
{
    if (has_loader(path))
        return trace(path);
    if (errno)
        fprintf(stderr, "ldd: %s: %s\n", path, strerror(errno));
    else
        fprintf(stderr, "\tnot a dynamic executable\n");
    return 1;
}

/* The variable is set here and not on a shell's command line, so that only the programs asked about
 * see it. */
int
main(int argc, char **argv)
{
    int failed = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: ldd FILE...\n");
        return 2;
    }
    setenv("LD_TRACE_LOADED_OBJECTS", "1", 1);
    for (int i = 1; i < argc; i++) {
        if (argc > 2)
            printf("%s:\n", argv[i]);
        if (show(argv[i]) != 0)
            failed = 1;
    }
    return fflush(stdout) == 0 ? failed : 1;
}
